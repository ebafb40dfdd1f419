export { type AtOptions, at, atFile, seen, unknown } from './at.ts';
export {
  type ChangeCheck,
  type Check,
  type CheckMeta,
  type DocumentChange,
  defineCheck,
  type FileCheck,
  type Grade,
  kindsOf,
  type Listed,
  mayMention,
  type ProjectCheck,
  type Treatment,
} from './check.ts';
export {
  asEvidence,
  type Clash,
  type ConflictRule,
  type ConflictScene,
  defineConflict,
  evidenceOf,
  type ListedConflict,
  raised,
  type Side,
} from './conflict.ts';
export { bad, changed, type Example, type ExampleFile, good } from './example.ts';
