import type { RepoPath } from '../core/location.ts';
import type { ToolObservation } from '../core/tool.ts';
import type { Checkout } from './checkout.ts';
import type { KnownVersions } from './versions.ts';

/** What running a tool gave: observations, or why there are none. */
export type ToolAnswer =
  | { readonly kind: 'answered'; readonly observations: readonly ToolObservation[] }
  | { readonly kind: 'failed'; readonly why: string };

/** A tool that reads changed files without executing them. */
export interface Adapter {
  /** As the persona file names it, in lower case. */
  readonly tool: string;
  /** Absent for a tool that comes with the panel. */
  readonly versions?: KnownVersions;
  /** Which of the changed files it reads; it is not run when there are none. */
  readonly reads: (path: RepoPath) => boolean;
  readonly run: (checkout: Checkout, paths: readonly RepoPath[]) => Promise<ToolAnswer>;
}

/** The path inside the checkout that a tool printed; undefined for anything outside. */
export function ownPath(printed: string, paths: readonly RepoPath[]): RepoPath | undefined {
  const clean = printed.replace(/^\.\//, '');
  return paths.find((path) => path === clean || printed.endsWith(`/${path}`));
}
