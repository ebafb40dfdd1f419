import type { Span } from '../../core/location.ts';
import { type DataDocument, each, entries, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { spanWithin } from '../formats/written.ts';

/** A command of dbt that runs its tests. */
export interface DbtRun {
  readonly said: string;
  readonly span: Span;
}

const SCRIPTS = /^(run|script|bash|cmd|command|args)$/;
const RUNS = /\bdbt\b[^\n;|&]{0,200}\b(build|test)\b[^\n;|&]{0,300}/g;

function dbtRuns(document: DataDocument): readonly DbtRun[] {
  return document.roots.flatMap((root) =>
    [...walk(root)].flatMap((node) =>
      entries(node)
        .filter(({ key }) => SCRIPTS.test(key))
        .flatMap(({ value }) => each(value))
        .flatMap((line) =>
          [...(text(line) ?? '').matchAll(RUNS)].map(([match]) => ({
            said: match.trim(),
            span: spanWithin(line, match.trim()),
          })),
        ),
    ),
  );
}

/** A run that was told `--warn-error`, by which every warning of a test is a failure, and is told so no longer. */
export interface Unwarned {
  readonly head: DataDocument;
  readonly run: DbtRun;
  readonly base: DataDocument;
  readonly was: DbtRun;
}

/** Every such run of the changed files. */
export function unwarned(before: Project, after: Project): readonly Unwarned[] {
  const bare = (said: string): string => said.replace(/\s--warn-error(-options\s+\S+)?/g, '');
  return [...after.changed].flatMap((path) => {
    const [base, head] = before === after ? [] : [before.document(path), after.document(path)];
    if (base?.kind !== 'yaml' || head?.kind !== 'yaml' || !base.text.includes('--warn-error')) return [];
    const strict = dbtRuns(base).filter(({ said }) => said.includes('--warn-error'));
    const runs = dbtRuns(head);
    return runs.flatMap((run) => {
      const was = strict.find(({ said }) => bare(said) === run.said);
      return was === undefined || runs.some(({ said }) => said === was.said) ? [] : [{ head, run, base, was }];
    });
  });
}
