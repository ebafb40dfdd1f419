import type { Limits } from './limits.ts';
import type { Described, ModelPart, NotScanned } from './model.ts';
import type { ByteSource } from './source.ts';

/** What is left to spend on one file, and what had to be left out. The only mutable thing that readers share. */
export interface Walk {
  readonly limits: Limits;
  readonly notScanned: NotScanned[];
  opcodesLeft: number;
  inflateLeft: number;
  partsLeft: number;
  searchLeft: number;
  /** Describes a part below; given by the entry point so that readers need not know each other. */
  readonly describe: (part: PartInput, walk: Walk) => ModelPart;
}

/** A part to be described. */
export interface PartInput {
  readonly source: ByteSource;
  readonly name: string;
  readonly path: string;
  /** 0 for the file itself. */
  readonly depth: number;
}

/** A reader of one content kind. */
export type Reader = (part: PartInput, walk: Walk) => Described;

/** Says once that something was left out. */
export function leaveOut(walk: Walk, path: string, reason: string): void {
  if (walk.notScanned.length >= 1000) return;
  if (walk.notScanned.some((known) => known.path === path && known.reason === reason)) return;
  walk.notScanned.push({ path, reason });
}

/** Describes `source` as a part below `parent`, or says that it was left out. */
export function describeBelow(parent: PartInput, name: string, source: ByteSource, walk: Walk): readonly ModelPart[] {
  const path = parent.path === '' ? name : `${parent.path}!${name}`;
  if (parent.depth >= walk.limits.depth) {
    leaveOut(walk, path, `nested deeper than ${walk.limits.depth} levels`);
    return [];
  }
  if (walk.partsLeft <= 0) {
    leaveOut(walk, parent.path, `more than ${walk.limits.parts} parts in one file`);
    return [];
  }
  walk.partsLeft -= 1;
  return [walk.describe({ source, name, path, depth: parent.depth + 1 }, walk)];
}
