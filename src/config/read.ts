import { isNode, LineCounter, parseDocument } from 'yaml';
import { nestsDeeper } from '../documents/nesting.ts';
import { type ConfigurationFile, fileSchema } from './schema.ts';

/** A mistake in a configuration file. `line` is 1-based; `message` is one sentence that says what to write instead. */
export interface ConfigurationMistake {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ReadConfiguration =
  | { readonly ok: true; readonly file: ConfigurationFile; readonly path: string }
  | { readonly ok: false; readonly mistakes: readonly ConfigurationMistake[]; readonly path: string };

/** Ids that a configuration may name; unknown ones are mistakes, since a typo would silently allow or switch nothing. */
export interface KnownNames {
  readonly checks: ReadonlySet<string>;
  readonly conflicts: ReadonlySet<string>;
}

type Yaml = ReturnType<typeof parseDocument>;
type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

const MOST_CHARACTERS = 1_000_000;

/** Nearest existing node on the way to a path; keys are pointed at where zod complains of an unknown one. */
function offsetOf(document: Yaml, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(text: string, document: Yaml, issue: Issue, key: string | undefined): number {
  const from = offsetOf(document, issue.path);
  if (key === undefined) return from;
  const found = text.indexOf(key, from);
  return found === -1 ? from : found;
}

function nearest(name: string, known: Iterable<string>): string {
  const parts = name.split('-');
  let best: { readonly id: string; readonly score: number } | undefined;
  for (const id of known) {
    const score = id.split('-').filter((part) => parts.includes(part)).length;
    if (score > 0 && (best === undefined || score > best.score)) best = { id, score };
  }
  return best === undefined ? '' : `, did you mean ${best.id}?`;
}

function unknownNames(file: ConfigurationFile, known: KnownNames): readonly Issue[] {
  const issues: Issue[] = [];
  for (const id of Object.keys(file.checks ?? {})) {
    if (!known.checks.has(id))
      issues.push({ path: ['checks', id], message: `there is no check named ${id}${nearest(id, known.checks)}` });
  }
  (file.waivers ?? []).forEach(({ check }, index) => {
    if (!known.checks.has(check))
      issues.push({
        path: ['waivers', index, 'check'],
        message: `there is no check named ${check}${nearest(check, known.checks)}`,
      });
  });
  for (const id of Object.keys(file.decisions ?? {})) {
    if (!known.conflicts.has(id))
      issues.push({
        path: ['decisions', id],
        message: `there is no conflict named ${id}${nearest(id, known.conflicts)}`,
      });
  }
  return issues;
}

/** Reads one layer. Never throws: what is wrong is said with its line. */
export function readConfiguration(text: string, path: string, known: KnownNames): ReadConfiguration {
  if (text.length > MOST_CHARACTERS)
    return { ok: false, path, mistakes: [{ path, line: 1, column: 1, message: 'the file is larger than 1 MB' }] };
  if (nestsDeeper(text))
    return {
      ok: false,
      path,
      mistakes: [{ path, line: 1, column: 1, message: 'the file nests too deeply to be read' }],
    };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const mistake = (offset: number, message: string): ConfigurationMistake => {
    const { line, col } = counter.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const broken = document.errors.map((error) =>
    mistake(error.pos[0], `this is not valid YAML: ${error.message.split('\n')[0] ?? ''}`),
  );
  if (broken.length > 0) return { ok: false, path, mistakes: broken };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? { version: 1 };
  } catch (error) {
    return {
      ok: false,
      path,
      mistakes: [mistake(0, error instanceof Error ? error.message : 'the YAML cannot be resolved')],
    };
  }
  const parsed = fileSchema.safeParse(value);
  const issues = parsed.success ? unknownNames(parsed.data, known) : parsed.error.issues;
  if (parsed.success && issues.length === 0) return { ok: true, file: parsed.data, path };
  const mistakes = issues.map((issue) => {
    const key = 'keys' in issue && Array.isArray(issue.keys) ? String(issue.keys[0]) : undefined;
    return mistake(keyOffset(text, document, issue, key), `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  });
  return { ok: false, path, mistakes };
}
