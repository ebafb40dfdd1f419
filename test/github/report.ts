import type { Finding, Fingerprint } from '../../src/core/finding.ts';
import { repoPath } from '../../src/core/location.ts';
import type { Report } from '../../src/core/report.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import type { Change, CommitSha, Hunk } from '../../src/core/snapshot.ts';
import { createProject } from '../../src/documents/project.ts';
import { consolidate } from '../../src/panel/consolidate.ts';
import { verdictOf } from '../../src/panel/verdict.ts';
import { assess } from '../../src/readiness/assess.ts';

const print = (seed: number): Fingerprint => seed.toString(16).padStart(24, '0') as Fingerprint;

/** A finding on line `line` of `src/train.py`; its fingerprint follows from `seed`. */
export function finding(seed: number, more: Partial<Finding> = {}): Finding {
  const startLine = more.startLine ?? seed;
  return {
    check: 'flaw',
    persona: 'ml-engineer',
    alsoRaisedBy: [],
    sources: ['ml-review'],
    severity: 'high',
    confidence: 'high',
    stage: 'training',
    mode: 'block',
    concern: 'training-pipeline',
    title: 'A flaw',
    message: `\`value_${seed}\` is flawed`,
    remedy: 'Mend it.',
    docs: 'https://docs.example/flaw',
    path: repoPath('src/train.py'),
    startLine,
    endLine: startLine,
    startColumn: 1,
    endColumn: 9,
    side: 'head',
    evidence: [],
    placement: 'added-line',
    introduced: true,
    fingerprint: print(seed),
    ...more,
  };
}

const nothing = createProject({
  side: { commit: 'c'.repeat(40) as CommitSha, tree: new Map() },
  contents: new Map(),
  changed: new Set(),
});
const EMPTY = {
  before: nothing,
  after: nothing,
  incidents: [],
  notEvaluated: [],
  settings: DEFAULT_SETTINGS,
  conflicts: [],
};

export function reportOf(findings: readonly Finding[], more: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    version: '0.0.0',
    base: 'b'.repeat(40),
    head: 'a'.repeat(40),
    ...verdictOf(findings, more.incidents ?? [], DEFAULT_SETTINGS),
    findings,
    participants: [],
    consolidation: consolidate(findings, [], assess({ ...EMPTY, findings })),
    system: { nodes: [], edges: [] },
    incidents: [],
    notEvaluated: [],
    coverage: { files: 1, read: 1 },
    ...more,
  };
}

const range = (start: number, length: number): readonly number[] => Array.from({ length }, (_, index) => start + index);

/** A hunk that adds `length` lines from `start` on. */
export function adding(start: number, length: number): Hunk {
  return {
    oldStart: start - 1,
    oldLines: 0,
    newStart: start,
    newLines: length,
    added: range(start, length),
    removed: [],
  };
}

/** A hunk that removes `length` lines from `start` on. */
export function removing(start: number, length: number): Hunk {
  return {
    oldStart: start,
    oldLines: length,
    newStart: start - 1,
    newLines: 0,
    added: [],
    removed: range(start, length),
  };
}

export function change(hunks: readonly Hunk[], more: Partial<Change> = {}): Change {
  return { kind: 'modified', path: repoPath('src/train.py'), hunks, binary: false, ...more };
}
