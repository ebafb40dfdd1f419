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
  workLeft: number;
  keptLeft: number;
  keptTextLeft: number;
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
  if (!mayGoOn(parent, walk)) return [];
  walk.partsLeft -= 1;
  return [walk.describe({ source, name, path, depth: parent.depth + 1 }, walk)];
}

/** True while parts may still be described; says once, of the parent, that the rest is left out. */
export function mayGoOn(parent: PartInput, walk: Walk): boolean {
  if (walk.workLeft > 0 && walk.partsLeft > 0 && walk.keptLeft > 0) return true;
  const parts = walk.partsLeft > 0 ? 'parts behind the point where the work for one file is spent' : undefined;
  leaveOut(walk, parent.path, parts ?? `more than ${walk.limits.parts} parts in one file`);
  return false;
}

/** The part of a text that may be kept; says where it was cut. */
export function keptText(walk: Walk, path: string, text: string): string {
  const kept = text.slice(0, Math.max(0, Math.min(text.length, walk.keptTextLeft)));
  walk.keptTextLeft -= kept.length;
  if (kept.length < text.length) leaveOut(walk, path, `the end of a template of ${text.length} characters`);
  return kept;
}

/** A name from the file inside a note: quoted, at most 200 characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}
