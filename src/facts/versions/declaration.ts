import type { Span } from '../../core/location.ts';

/** `lock` is what a resolver wrote down; `constraint` limits what others ask for; `image` is the tag of a base image. */
export type DeclarationSource = 'lock' | 'requirement' | 'constraint' | 'install' | 'image';

/** One place that says which versions of a Python package are used. */
export interface Declared {
  /** Normalised as PEP 503 says. `python` is the interpreter. */
  readonly name: string;
  /** PEP 440; empty for any version. */
  readonly specifier: string;
  /** The one version that the specifier lets in. */
  readonly pinned: string | undefined;
  /** The declaration as written in its document. */
  readonly span: Span;
  readonly source: DeclarationSource;
  /** `main`, or the extra, dependency group or kind of file (`dev`, `test`, `docs`). */
  readonly group: string;
  /** Environment marker; undefined where the declaration always holds. */
  readonly marker: string | undefined;
  /** `git+https://...`, an archive or a path. */
  readonly url: string | undefined;
  /** The version holds a substitution or is written in a way that is not understood: `specifier` is not the whole truth. */
  readonly open: boolean;
}
