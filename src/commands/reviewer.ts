import { generations, type Kept } from '../core/generations.ts';
import type { Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { CommitSha, Content, PullRequestSnapshot } from '../core/snapshot.ts';
import { companions } from '../facts/companions.ts';
import { type Reading, readChange } from '../git/change.ts';
import { type CloneCache, withClone } from '../git/clone.ts';
import type { Repository } from '../git/repository.ts';
import type { Reviewed, Reviewer, ReviewRequest } from '../github/ports.ts';
import type { ToolResults } from '../panel/review.ts';
import type { Phases } from '../service/phases.ts';
import { fetchPointed, type Pointed, pointersIn } from '../tools/fetch/pointed.ts';
import type { FetchSettings } from '../tools/fetch/settings.ts';
import { CONFIGURATION_PATH } from './settings.ts';
import type { FetchingTask } from './task.ts';

/** Without the file everything is built in, which is what an empty one says. */
function proposedText({ changes, head, contents }: PullRequestSnapshot): string | undefined {
  if (!changes.some(({ path, from }) => path === CONFIGURATION_PATH || from === CONFIGURATION_PATH)) return undefined;
  const entry = head.tree.get(CONFIGURATION_PATH);
  if (entry === undefined) return '';
  const content = contents.get(entry.blob);
  return content?.kind === 'text' ? content.text : undefined;
}

/** Called instead of a review, with the review to call. */
export type Around = (review: () => Promise<Reviewed>) => Promise<Reviewed>;

/** The engine here, or one in a thread. */
export interface Analyst {
  readonly review: (task: FetchingTask, signal: AbortSignal) => Report | Promise<Report>;
}

/** Runs the participants' tools over a change, where the operator wants it. */
export type Instruments = (snapshot: PullRequestSnapshot) => Promise<ToolResults | undefined>;

/** Characters of text that are kept between reviews, so that a second one reads only what changed. */
const KEPT_CHARACTERS = 32 * 1024 * 1024;

/** What stands around a review; nothing by default. */
export interface Surroundings {
  readonly around?: Around | undefined;
  readonly instruments?: Instruments;
  readonly phases?: Phases;
  /** Set where the operator allows models behind pointers to be fetched. */
  readonly fetching?: FetchSettings | undefined;
}

const UNTIMED: Phases = { begin: () => () => {}, timed: (_phase, work) => work() };

/** Reads the change out of the clone that is kept between reviews. */
async function readClone(
  cache: CloneCache,
  request: ReviewRequest,
  { begin, timed }: Phases,
  kept: Kept<Content>,
): Promise<Reading> {
  const { cloneUrl, token, base, head, signal } = request;
  const source = { url: cloneUrl, token: await token() };
  const cloned = begin('clone');
  const read = (repo: Repository): Promise<Reading> => {
    cloned();
    return timed('snapshot', () => readChange(repo, { base, head }, companions, kept));
  };
  try {
    return await withClone(cache, source, [base as CommitSha, head as CommitSha], read, signal);
  } finally {
    cloned();
  }
}

/** What the pointers of the change stand for, from the server that the clone came from. */
async function pointedOf(
  { cloneUrl, token, signal }: ReviewRequest,
  snapshot: PullRequestSnapshot,
  fetching: FetchSettings | undefined,
): Promise<Pointed> {
  const pointers = fetching === undefined ? [] : pointersIn(snapshot);
  if (fetching === undefined || pointers.length === 0) return { files: [], close: async () => {} };
  const origin = { remote: cloneUrl, token: await token(), host: new URL(cloneUrl).host };
  return fetchPointed(pointers, origin, fetching, signal);
}

/** The configuration that the change proposes, and beside it what it would make of this change. */
async function proposedOf(
  { preview }: ReviewRequest,
  snapshot: PullRequestSnapshot,
  review: (settings: Settings) => Promise<Report>,
): Promise<Reviewed['proposed']> {
  const text = proposedText(snapshot);
  if (text === undefined) return undefined;
  const other = preview?.(text);
  return { text, ...(other === undefined ? {} : { report: await review(other) }) };
}

/** Reviews in a blobless clone that is kept between reviews. */
export function reviewerFor(
  analyst: Analyst,
  cache: CloneCache,
  { around = (review) => review(), instruments = async () => undefined, phases = UNTIMED, fetching }: Surroundings = {},
): Reviewer {
  const texts = generations<Content>(KEPT_CHARACTERS, (content) => (content.kind === 'text' ? content.text.length : 0));
  // By repository, so that nothing of one is ever shown to another.
  const keptOf = (url: string): Kept<Content> => ({
    get: (id) => texts.get(`${url}\0${id}`),
    set: (id, content) => texts.set(`${url}\0${id}`, content),
  });
  const review: Reviewer['review'] = async (request) => {
    const { settings, decisions, conversation, signal } = request;
    const { snapshot, incidents } = await readClone(cache, request, phases, keptOf(request.cloneUrl));
    signal.throwIfAborted();
    const whole = conversation === undefined ? snapshot : { ...snapshot, conversation };
    const tools = await phases.timed('tools', () => instruments(whole));
    const pointed = await pointedOf(request, snapshot, fetching);
    try {
      signal.throwIfAborted();
      const known = { snapshot: whole, settings, decisions, incidents, fetched: pointed.files };
      const task = { ...known, ...(tools === undefined ? {} : { tools }) };
      const analysed = (as: Settings): Promise<Report> =>
        phases.timed('analyse', async () => analyst.review({ ...task, settings: as }, signal));
      const report = await analysed(settings);
      const proposed = await proposedOf(request, snapshot, analysed);
      return { report, changes: snapshot.changes, ...(proposed === undefined ? {} : { proposed }) };
    } finally {
      await pointed.close();
    }
  };
  return { review: (request) => around(() => review(request)) };
}
