import type { Annotation } from '../report/annotations.ts';
import { ANNOTATIONS_PER_REQUEST, inBatches } from './annotate.ts';
import type { Bot } from './bot.ts';
import { at } from './bot.ts';
import type { Outcome } from './effect.ts';
import { isOutage } from './failure.ts';
import { type OwnRun, readRuns } from './read.ts';

/** A check run that is to be made. */
export interface RunSeed {
  readonly name: string;
  readonly head: string;
  readonly externalId: string;
}

/** GitHub's limits: three buttons; label and identifier of 20 characters, description of 40. */
export const BUTTONS = [
  { label: 'Re-run', description: 'Review this commit again', identifier: 'rerun' },
  { label: 'Accept as baseline', description: 'Stop counting what is open here', identifier: 'accept-baseline' },
  { label: 'Explain gate', description: 'Say what holds the gate open or shut', identifier: 'explain-gate' },
] as const;

/** Writes that create something are never repeated blindly: GitHub may have done the work before it failed. */
const ONCE = { request: { retries: 0 } } as const;

function completion(outcome: Outcome, now: number, annotations: readonly Annotation[]) {
  const { conclusion, title, summary, buttons } = outcome;
  return {
    status: 'completed' as const,
    conclusion,
    completed_at: new Date(now).toISOString(),
    output: { title, summary, annotations: annotations.map((each) => ({ ...each })) },
    actions: buttons ? BUTTONS.map((button) => ({ ...button })) : [],
  };
}

/** Makes a run; after an outage the run that GitHub may have made all the same is looked for first. */
async function make(bot: Bot, seed: RunSeed, fields: object, isIt: (run: OwnRun) => boolean): Promise<number> {
  const { gh, repo } = bot;
  const request = {
    ...at(repo),
    name: seed.name,
    head_sha: seed.head,
    external_id: seed.externalId,
    ...fields,
    ...ONCE,
  };
  try {
    return (await gh.rest.checks.create(request)).data.id;
  } catch (error) {
    if (!isOutage(error)) throw error;
    const made = (await readRuns(bot, seed.head)).find((run) => run.externalId === seed.externalId && isIt(run));
    return made?.id ?? (await gh.rest.checks.create(request)).data.id;
  }
}

/** Shows at once that the work has begun, so that a required check never seems forgotten. */
export async function openRun(bot: Bot, seed: RunSeed): Promise<number> {
  const output = { title: 'Reviewing', summary: 'The panel is reading this change.' };
  const fields = { status: 'in_progress', started_at: new Date(bot.ports.now()).toISOString(), output };
  return make(bot, seed, fields, ({ completed }) => !completed);
}

/** A run that is over before it began: one write. */
export async function closedRun(bot: Bot, seed: RunSeed, outcome: Outcome): Promise<number> {
  const first = outcome.annotations.slice(0, ANNOTATIONS_PER_REQUEST);
  const fields = {
    started_at: new Date(bot.ports.now()).toISOString(),
    ...completion(outcome, bot.ports.now(), first),
  };
  // One that says the same already is as good as a new one.
  const { conclusion, title } = outcome;
  return make(bot, seed, fields, (run) => run.completed && run.conclusion === conclusion && run.title === title);
}

async function state(bot: Bot, id: number): Promise<Pick<OwnRun, 'completed' | 'annotations'>> {
  const { data } = await bot.gh.rest.checks.get({ ...at(bot.repo), check_run_id: id });
  return { completed: data.status === 'completed', annotations: data.output.annotations_count };
}

interface Patch {
  readonly output: { readonly title: string; readonly summary: string; readonly annotations: Annotation[] };
  readonly status?: 'completed';
}

/** Annotations append, so a batch is sent again only when GitHub does not show it yet. */
async function send(bot: Bot, id: number, patch: Patch, before: number): Promise<void> {
  const request = { ...at(bot.repo), check_run_id: id, ...patch, ...ONCE };
  try {
    await bot.gh.rest.checks.update(request);
  } catch (error) {
    if (!isOutage(error)) throw error;
    const shown = await state(bot, id);
    if (shown.completed) return;
    const annotations = shown.annotations > before ? [] : patch.output.annotations;
    await bot.gh.rest.checks.update({ ...request, output: { ...patch.output, annotations } });
  }
}

/** Ends a run. Annotations go out in batches, the last together with the conclusion. */
export async function completeRun(bot: Bot, id: number, outcome: Outcome): Promise<void> {
  const batches = inBatches(outcome.annotations);
  const { title, summary } = outcome;
  let sent = 0;
  for (const batch of batches.slice(0, -1)) {
    await send(bot, id, { output: { title, summary, annotations: batch.map((each) => ({ ...each })) } }, sent);
    sent += batch.length;
  }
  await send(bot, id, completion(outcome, bot.ports.now(), batches.at(-1) ?? []), sent);
}
