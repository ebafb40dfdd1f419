import { LIMITS } from '../context.ts';
import { Refusal } from '../http.ts';
import type { Call } from '../router.ts';

type Entry = Readonly<Record<string, unknown>>;

const refuse = (sentence: string) => new Refusal(422, `Invalid request.\n\n${sentence}`);

/** Throws GitHub's 422 when a check run in a request passes a limit. */
export function checkRunLimits(call: Call): void {
  const output = call.body.output as Entry | undefined;
  if (output !== undefined) outputLimits(output);
  const actions = (call.body.actions ?? []) as readonly Entry[];
  if (actions.length > LIMITS.actions)
    throw refuse(`No more than ${LIMITS.actions} items are allowed; ${actions.length} were supplied.`);
  for (const action of actions) actionLimits(action);
  const { status, conclusion } = call.body;
  if (status === 'completed' && conclusion === undefined) throw refuse('"conclusion" wasn\'t supplied.');
  if (conclusion !== undefined && status !== undefined && status !== 'completed') {
    throw refuse('A conclusion can only be given to a check run whose status is completed.');
  }
  if (conclusion === 'stale' || conclusion === 'startup_failure')
    throw refuse(`${conclusion} is not a member of the conclusions that an App may give.`);
}

function outputLimits(output: Entry): void {
  for (const name of ['title', 'summary'])
    if (typeof output[name] !== 'string') throw refuse(`"${name}" wasn't supplied.`);
  for (const name of ['summary', 'text']) longest(output, name, LIMITS.outputCharacters);
  const annotations = (output.annotations ?? []) as readonly Entry[];
  if (annotations.length > LIMITS.annotationsPerRequest) {
    throw refuse(
      `No more than ${LIMITS.annotationsPerRequest} items are allowed; ${annotations.length} were supplied.`,
    );
  }
  for (const annotation of annotations) annotationLimits(annotation);
}

function annotationLimits(annotation: Entry): void {
  longest(annotation, 'title', LIMITS.titleCharacters);
  for (const name of ['message', 'raw_details']) {
    if (Buffer.byteLength(String(annotation[name] ?? '')) > LIMITS.annotationCharacters)
      throw refuse(`${name} exceeds a maximum of 64 KB.`);
  }
  const start = Number(annotation.start_line);
  const end = Number(annotation.end_line);
  if (start > end) throw refuse('start_line must not be after end_line.');
  const columns = annotation.start_column !== undefined || annotation.end_column !== undefined;
  if (columns && start !== end) throw refuse('Columns are only allowed when start_line and end_line are the same.');
}

function actionLimits(action: Entry): void {
  longest(action, 'label', LIMITS.actionLabel);
  longest(action, 'description', LIMITS.actionDescription);
  longest(action, 'identifier', LIMITS.actionIdentifier);
}

function longest(entry: Entry, name: string, limit: number): void {
  const value = entry[name];
  if (typeof value === 'string' && [...value].length > limit)
    throw refuse(`Only ${limit} characters are allowed for ${name}; ${[...value].length} were supplied.`);
}
