import type { Observation } from '../../src/core/finding.ts';
import { type RepoPath, repoPath } from '../../src/core/location.ts';
import type { DocumentKind } from '../../src/documents/kinds.ts';
import { lineIndex, lineOf } from '../../src/documents/lines.ts';
import { createProject } from '../../src/documents/project.ts';
import { type Example, type ExampleFile, kindsOf, type Listed } from '../../src/kit/index.ts';
import { type Run, runCheck } from '../../src/panel/run.ts';
import { sidesOf, snapshotOf, type TwoSides } from './scene.ts';

/** Where a one-file example lives, by what the check reads. */
const DEFAULT_PATH: Readonly<Record<DocumentKind, string>> = {
  python: 'src/train.py',
  notebook: 'analysis.ipynb',
  yaml: 'pipeline.yaml',
  json: 'settings.json',
  toml: 'settings.toml',
  ini: 'settings.ini',
  hcl: 'main.tf',
  pbtxt: 'config.pbtxt',
  requirements: 'requirements.txt',
  dockerfile: 'Dockerfile',
  sql: 'features.sql',
  markdown: 'README.md',
  'model-file': 'model.pkl',
  text: 'notes.txt',
};

/** `path:line:column-line:column side`, 1-based, as both the marks and the observations say it. */
export type Spot = string;

const spot = (
  path: string,
  side: string,
  start: { line: number; column: number },
  end: { line: number; column: number },
): Spot => `${path}:${start.line}:${start.column}-${end.line}:${end.column} ${side}`;

/** Takes the guillemets out of a text and says where they stood. */
export function unmark(marked: string): {
  readonly text: string;
  readonly spans: readonly { start: number; end: number }[];
} {
  let text = '';
  const open: number[] = [];
  const spans: { start: number; end: number }[] = [];
  for (const character of marked) {
    if (character === '«') open.push(text.length);
    else if (character === '»') spans.push({ start: open.pop() ?? 0, end: text.length });
    else text += character;
  }
  return { text, spans };
}

export interface Staged {
  readonly files: Readonly<Record<string, TwoSides>>;
  readonly expected: readonly Spot[];
}

function filesOf(example: Example, listed: Listed): Readonly<Record<string, ExampleFile>> {
  if (example.files !== undefined) return example.files;
  const kind = kindsOf(listed.check)[0] ?? 'python';
  const path: string = DEFAULT_PATH[kind] ?? 'notes.txt';
  return { [path]: example.text ?? '' };
}

export function stage(example: Example, listed: Listed): Staged {
  const expected: Spot[] = [];
  const files: Record<string, TwoSides> = {};
  for (const [path, file] of Object.entries(filesOf(example, listed))) {
    const sides = sidesOf(file);
    const clean = (side: 'before' | 'after'): TwoSides['before'] => {
      const content = sides[side];
      if (content?.kind !== 'text') return content;
      const { text, spans } = unmark(content.text);
      const index = lineIndex(text);
      for (const { start, end } of spans) {
        expected.push(spot(path, side === 'before' ? 'base' : 'head', lineOf(index, start), lineOf(index, end)));
      }
      return { ...content, text };
    };
    files[path] = { before: clean('before'), after: clean('after') };
  }
  return { files, expected: expected.sort() };
}

export function spotOf({ place, side }: Observation): Spot {
  return spot(
    place.path,
    side,
    { line: place.startLine, column: place.startColumn },
    { line: place.endLine, column: place.endColumn },
  );
}

/** Runs a check over a staged example as the engine would. */
export function perform(listed: Listed, staged: Staged): Run {
  const { base, head, changes, contents } = snapshotOf(staged.files);
  const touched = (pick: (path: RepoPath) => boolean): ReadonlySet<RepoPath> =>
    new Set(changes.map((change) => change.path).filter(pick));
  const before = createProject({ side: base, contents, changed: touched((path) => base.tree.has(path)) });
  const after = createProject({ side: head, contents, changed: touched((path) => head.tree.has(path)) });
  return runCheck(listed, { before, after, changes });
}

/** The files of the example with every suggestion applied at head. */
export function applySuggestions(
  staged: Staged,
  observations: readonly Observation[],
): Readonly<Record<string, TwoSides>> {
  const files: Record<string, TwoSides> = { ...staged.files };
  const bottomUp = observations
    .filter((each) => each.suggestion !== undefined)
    .sort((a, b) => (b.suggestion?.startLine ?? 0) - (a.suggestion?.startLine ?? 0));
  for (const { place, suggestion } of bottomUp) {
    const sides = files[repoPath(place.path)];
    if (suggestion === undefined || sides?.after?.kind !== 'text') continue;
    const lines = sides.after.text.split('\n');
    lines.splice(suggestion.startLine - 1, suggestion.endLine - suggestion.startLine + 1, suggestion.text);
    files[place.path] = { ...sides, after: { ...sides.after, text: lines.join('\n') } };
  }
  return files;
}
