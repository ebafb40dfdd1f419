import { fact } from '../core/fact.ts';
import type { Evidence } from '../core/finding.ts';
import type { Span } from '../core/location.ts';
import { type DocumentBase, placeOf } from '../documents/document.ts';
import type { Project } from '../documents/project.ts';
import type { PythonDocument } from '../documents/python/python.ts';
import type { Described } from '../facts/formats/field.ts';
import { githubJobs } from '../facts/formats/github.ts';
import { pathClassOf } from '../facts/paths.ts';
import { type Call, calls } from '../facts/python/calls.ts';

/** What speaks for a test: run again and again by a system, or only written down. */
export interface Signal {
  readonly automated: readonly Evidence[];
  readonly documented: readonly Evidence[];
}

export const NO_SIGNAL: Signal = { automated: [], documented: [] };

/** More places than these prove nothing more. */
const MOST = 4;

export function seenIn(document: DocumentBase, span: Span, note: string): Evidence {
  return { path: document.path, line: placeOf(document, span).startLine, note };
}

export function described(found: readonly Described[], note: string): readonly Evidence[] {
  return found.slice(0, MOST).map(({ document, node }) => seenIn(document, node.span, note));
}

/** A file as a whole, at its first line. */
export function filesMatching(project: Project, pattern: RegExp, note: string): readonly Evidence[] {
  return project.paths
    .filter((path) => pattern.test(path) && pathClassOf(path) !== 'example')
    .slice(0, MOST)
    .map((path) => ({ path, line: 1, note }));
}

/** Steps of CI jobs whose commands match and can fail the job. */
export function ciSteps(project: Project, pattern: RegExp, note: string): readonly Evidence[] {
  return githubJobs(project)
    .flatMap((job) =>
      job.steps.filter((step) => step.continueOnError?.value !== true && job.continueOnError?.value !== true),
    )
    .filter(({ run, uses }) => pattern.test(run?.text ?? '') || pattern.test(uses?.text ?? ''))
    .slice(0, MOST)
    .map(({ document, node }) => seenIn(document, node.span, note));
}

/** Jobs that a clock starts. */
export function scheduledSteps(project: Project, pattern: RegExp, note: string): readonly Evidence[] {
  return githubJobs(project)
    .filter((job) => job.workflow.schedules.length > 0)
    .flatMap((job) => job.steps)
    .filter(({ run }) => pattern.test(run?.text ?? ''))
    .slice(0, MOST)
    .map(({ document, node }) => seenIn(document, node.span, note));
}

interface Found {
  readonly document: PythonDocument;
  readonly call: Call;
}

const everyCall = fact((_project: Project) => new Map<string, readonly Found[]>());

/** Calls by full name in production code; only files that mention one of the words are parsed. */
export function callsNamed(project: Project, words: readonly string[], name: RegExp): readonly Found[] {
  const key = `${words.join(',')} ${name.source}`;
  const known = everyCall(project).get(key);
  if (known !== undefined) return known;
  const found = project
    .documents('python', words)
    .filter(({ path }) => ['production', 'notebook', 'test'].includes(pathClassOf(path)))
    .flatMap((document) =>
      calls(document).flatMap((call) => (call.names.some((each) => name.test(each)) ? [{ document, call }] : [])),
    );
  everyCall(project).set(key, found);
  return found;
}

/** Evidence of calls outside of tests. */
export function calledIn(project: Project, words: readonly string[], name: RegExp, note: string): readonly Evidence[] {
  return callsNamed(project, words, name)
    .filter(({ document }) => pathClassOf(document.path) !== 'test')
    .slice(0, MOST)
    .map(({ document, call }) => seenIn(document, call.node, note));
}

/** Puts signals together; what is automated anywhere is automated. */
export function together(...signals: readonly Signal[]): Signal {
  return {
    automated: signals.flatMap(({ automated }) => automated).slice(0, MOST),
    documented: signals.flatMap(({ documented }) => documented).slice(0, MOST),
  };
}

/** `evidence` counts as automated when something runs it, else as documented. */
export function runBy(evidence: readonly Evidence[], runner: readonly Evidence[]): Signal {
  if (evidence.length === 0) return NO_SIGNAL;
  return runner.length > 0
    ? { automated: [...evidence.slice(0, 2), ...runner.slice(0, 2)], documented: [] }
    : { automated: [], documented: evidence };
}

export const automated = (evidence: readonly Evidence[]): Signal => ({ automated: evidence, documented: [] });
export const documented = (evidence: readonly Evidence[]): Signal => ({ automated: [], documented: evidence });
