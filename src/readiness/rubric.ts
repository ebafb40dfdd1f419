import type { Project } from '../documents/project.ts';
import type { Signal } from './evidence.ts';

export const SECTIONS = ['data', 'model', 'infrastructure', 'monitoring'] as const;
export type Section = (typeof SECTIONS)[number];

/**
 * One of the 28 tests of the ML Test Score (Breck et al., IEEE Big Data 2017). `full`: a repository can show that it runs
 * (1.0). `partial`: at most that it is written down (0.5). `never`: no file can show it.
 */
export interface RubricTest {
  readonly id: string;
  readonly section: Section;
  readonly title: string;
  readonly reach: 'full' | 'partial' | 'never';
  /** What would count, for the reader who wants the level to rise. */
  readonly wouldCount: string;
  readonly signal: (project: Project) => Signal;
  /** Checks whose open findings contradict the test. */
  readonly contradictedBy: readonly string[];
  /** False where the repository has nothing that the test could be about. */
  readonly applies: (scope: Scope) => boolean;
}

/** What the repository does at all; a pure server of somebody else's model has no training to test. */
export interface Scope {
  readonly trains: boolean;
  readonly serves: boolean;
  readonly handlesData: boolean;
}
