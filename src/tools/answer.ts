import type { z } from 'zod';
import type { ToolAnswer } from './adapter.ts';
import { run } from './run.ts';

/** What a program printed, checked; or the answer that says why there is none. */
export type JsonReading<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly answer: ToolAnswer };

export const failed = (why: string): { readonly ok: false; readonly answer: ToolAnswer } => ({
  ok: false,
  answer: { kind: 'failed', why },
});

/** JSON of a program in the shape that is asked for. Text before the first bracket is left out: some print notices there. */
export function readJson<T>(schema: z.ZodType<T>, text: string): JsonReading<T> {
  const start = text.search(/[[{]/);
  let raw: unknown;
  try {
    raw = JSON.parse(start === -1 ? '' : text.slice(start));
  } catch {
    return failed('printed something else than its JSON');
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, data: parsed.data };
  return failed(`printed JSON of another shape (${parsed.error.issues[0]?.path.join('.') ?? ''})`);
}

/** Runs a program that prints JSON. `most` is the highest status that is not a failure. */
export async function askJson<T>(
  argv: readonly [string, ...string[]],
  folder: string,
  schema: z.ZodType<T>,
  most: number,
): Promise<JsonReading<T>> {
  const outcome = await run(argv, folder);
  if (outcome.kind !== 'ended') return failed(outcome.kind === 'missing' ? 'is not installed' : outcome.why);
  if (outcome.status < 0 || outcome.status > most)
    return failed(`ended with status ${outcome.status}: ${outcome.err.trim().slice(0, 200)}`);
  return readJson(schema, outcome.out);
}

/** A message as one sentence without full stop. */
export const sentence = (message: string): string =>
  message.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 500);
