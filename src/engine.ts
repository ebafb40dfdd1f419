import picomatch from 'picomatch';
import { loadChecks, loadConflicts, loadPersonas } from './catalog.ts';
import { generations } from './core/generations.ts';
import type { Incident, Report } from './core/report.ts';
import type { Settings } from './core/settings.ts';
import type { PullRequestSnapshot } from './core/snapshot.ts';
import type { Document } from './documents/kinds.ts';
import { type DocumentCache, documentKey } from './documents/project.ts';
import { systemMap } from './facts/system/map.ts';
import { toSystemView } from './facts/system/view.ts';
import type { Listed } from './kit/index.ts';
import { loadLanguages } from './languages.ts';
import type { Decision } from './panel/decisions.ts';
import { type Panel, review, type ToolResults } from './panel/review.ts';
import { assess } from './readiness/assess.ts';
import { VERSION } from './version.ts';

/** What is to be judged and by which rules; everything in it is plain data. */
export interface Task {
  readonly snapshot: PullRequestSnapshot;
  readonly settings: Settings;
  /** Incidents of reading the snapshot, the configuration and the tools. */
  readonly incidents?: readonly Incident[];
  readonly tools?: ToolResults;
  /** What people decided about findings of this change. */
  readonly decisions?: readonly Decision[];
  /** Documents that were read elsewhere, for contents that are not in the snapshot. */
  readonly documents?: readonly Document[];
  /** Which checks to run; all by default. */
  readonly only?: (listed: Listed) => boolean;
  /** ISO date that waivers are held against; today by default. */
  readonly today?: string;
}

/** The pure panel with its content loaded: from here on nothing waits. */
export interface Engine {
  readonly panel: Panel;
  readonly review: (task: Task) => Report;
}

/** Documents kept between reviews, so that a second one reads only what changed. Bounded by characters of text. */
const CACHED_CHARACTERS = 64 * 1024 * 1024;

const DOCS =
  process.env['ML_REVIEW_DOCS_URL'] ?? 'https://github.com/ml-review-panel/ml-review-panel/blob/main/docs/checks';

/** Model files have no text: their bytes, of which only the structure is kept, count like characters. */
const weightOf = (document: Document): number =>
  document.kind === 'model-file' ? document.file.size : document.text.length;

/** Documents that were read elsewhere are in no snapshot: what the shared cache may forget would be lost with them. */
function withGiven(cache: DocumentCache, documents: readonly Document[]): DocumentCache {
  if (documents.length === 0) return cache;
  const given = new Map(documents.map((document) => [documentKey(document), document]));
  return { get: (key) => given.get(key) ?? cache.get(key), set: (key, document) => cache.set(key, document) };
}

function globs(): (glob: string, path: string) => boolean {
  const compiled = new Map<string, (path: string) => boolean>();
  return (glob, path) => {
    let matches = compiled.get(glob);
    if (matches === undefined) {
      matches = picomatch(glob, { dot: true });
      compiled.set(glob, matches);
    }
    return matches(path);
  };
}

/** Loads grammars, checks and participants once. `cache` is where documents are kept between reviews. */
export async function createEngine(cache: DocumentCache = generations(CACHED_CHARACTERS, weightOf)): Promise<Engine> {
  await loadLanguages();
  const panel: Panel = { checks: await loadChecks(), personas: await loadPersonas(), conflicts: await loadConflicts() };
  const matches = globs();
  return {
    panel,
    review: (task) =>
      review({
        snapshot: task.snapshot,
        panel: task.only === undefined ? panel : { ...panel, checks: panel.checks.filter(task.only) },
        settings: task.settings,
        incidents: task.incidents ?? [],
        decisions: task.decisions ?? [],
        cache: withGiven(cache, task.documents ?? []),
        version: VERSION,
        assessors: { assess, system: (project) => toSystemView(systemMap(project)) },
        rules: {
          today: task.today ?? new Date().toISOString().slice(0, 10),
          matches,
          docsUrl: ({ id, persona }) => `${DOCS}/${persona}/${id}.md`,
        },
        ...(task.tools === undefined ? {} : { tools: task.tools }),
      }),
  };
}
