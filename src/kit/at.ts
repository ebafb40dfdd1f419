import type { Evidence, NotEvaluated, Observation } from '../core/finding.ts';
import type { RepoPath, Span } from '../core/location.ts';
import { type DocumentBase, placeOf, suggestionOf } from '../documents/document.ts';

export interface AtOptions {
  /** One of the check's declared grades. */
  readonly grade?: string;
  readonly evidence?: readonly Evidence[];
  /** New text for `span`, or for another span of the same document; only where applying it is safe. */
  readonly replacement?: string | { readonly span: Span; readonly text: string };
  /** `base` when the document is the one before the change: a removed guard. */
  readonly side?: 'base' | 'head';
  /** `organisation/name` on a model hub whose code is run. */
  readonly runsCodeOf?: string | undefined;
}

/** Here, this. `message` is one present-tense sentence that names the user's own identifiers, without full stop. */
export function at(document: DocumentBase, span: Span, message: string, options: AtOptions = {}): Observation {
  const { replacement } = options;
  const edit = typeof replacement === 'string' ? { span, text: replacement } : replacement;
  const suggestion = edit === undefined ? undefined : suggestionOf(document, edit.span, edit.text);
  const place = placeOf(document, { start: span.start, end: span.end });
  return {
    outcome: 'observed',
    place,
    side: options.side ?? 'head',
    flagged: document.text.slice(span.start, span.end),
    message,
    // What stands on the flagged line itself needs no second mention.
    evidence: (options.evidence ?? []).filter(({ path, line }) => path !== place.path || line !== place.startLine),
    ...(options.grade === undefined ? {} : { grade: options.grade }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(options.runsCodeOf === undefined ? {} : { runsCodeOf: options.runsCodeOf }),
  };
}

/** A second place that proves the finding, with a few words on what it shows. */
export function seen(document: DocumentBase, span: Span, note: string): Evidence {
  return { path: document.path, line: placeOf(document, span).startLine, note };
}

/** The check cannot judge this file, and says why; never a pass. */
export function unknown(document: { readonly path: RepoPath }, reason: string): NotEvaluated {
  return { outcome: 'not-evaluated', path: document.path, reason };
}
/** A whole file, also one without text: shown at its first line. */
export function atFile(
  path: RepoPath,
  message: string,
  options: Pick<AtOptions, 'grade' | 'evidence' | 'side'> = {},
): Observation {
  return {
    outcome: 'observed',
    place: { path, startLine: 1, endLine: 1, startColumn: 1, endColumn: 1 },
    side: options.side ?? 'head',
    flagged: '',
    message,
    evidence: options.evidence ?? [],
    ...(options.grade === undefined ? {} : { grade: options.grade }),
  };
}
