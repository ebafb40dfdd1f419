import { fact } from '../../core/fact.ts';
import {
  allParts,
  type ModelFile,
  type ModelPart,
  type NamedImport,
  type Pickle,
  type PickleGlobal,
} from '../../documents/model-file/model.ts';
import { classifyName, type Tier } from './classify.ts';
import type { SourceId } from './sources.ts';

/** A name that loading the file looks up, with what is thought of it. */
export interface JudgedName {
  /** Route to the part inside the file, `` for the file itself. */
  readonly part: string;
  /** `module.name`, as Python 3 looks it up. */
  readonly name: string;
  readonly module: string;
  readonly tier: Tier;
  /** Completes "`name`, which …". */
  readonly why: string;
  readonly source?: SourceId;
  /** Byte offset in the part; absent for names of configurations. */
  readonly offset?: number;
  /** In words: how the name is reached. */
  readonly how: string;
  readonly called: boolean;
  /** False for names behind the place where unpickling fails. */
  readonly reached: boolean;
}

const NO_PACKAGES: ReadonlySet<string> = new Set();

/** Every distinct name that loading the file looks up, in the order of the file, without knowledge of a repository. */
export const judgedNames = fact((file: ModelFile): readonly JudgedName[] => judgeNames(file, NO_PACKAGES));

/** The same; `own` holds the repository's own top-level packages. */
export function judgeNames(file: ModelFile, own: ReadonlySet<string>): readonly JudgedName[] {
  return allParts(file).flatMap((part) => [
    ...part.pickles.flatMap((pickle) => pickle.globals.map((global) => judgeGlobal(part, pickle, global, own))),
    ...part.imports.filter(isLookedUp).map((found): JudgedName => {
      const judged = classifyName(found.module, found.name, own);
      const how = found.how === 'skops' ? 'its skops schema names it' : 'its configuration has it as a Hydra target';
      return {
        part: part.path,
        name: `${found.module}.${found.name}`,
        module: found.module,
        ...judged,
        how: `${how} (${found.where})`,
        called: true,
        reached: true,
      };
    }),
  ]);
}

/** The others are files of the model's own, not names that unpickling looks up. */
const isLookedUp = ({ how }: NamedImport): boolean => how === 'skops' || how === 'hydra-target';

function judgeGlobal(part: ModelPart, pickle: Pickle, global: PickleGlobal, own: ReadonlySet<string>): JudgedName {
  const place = {
    part: part.path,
    offset: global.offset,
    called: global.called,
    reached: global.reached,
    how: howReached(pickle, global),
  };
  if (!global.constant) {
    const name = `${global.module}.${global.name}`;
    return {
      ...place,
      name,
      module: global.module,
      tier: 'denied',
      why: 'is put together while unpickling, so that nobody can say what it is',
    };
  }
  const now = global.mapped ?? global;
  const name = `${now.module}.${now.name}`;
  if (name === 'builtins.getattr' && global.handedOn <= 0 && bindsOnly(pickle))
    return { ...place, name, module: now.module, tier: 'allowed', why: '' };
  return { ...place, name, module: now.module, ...classifyName(now.module, now.name, own) };
}

/** Allowed functions that call one of their arguments. */
const CALLING = /^(?:_rebuild_from_type(?:_v2)?)$/;
/** Methods of allowed classes that reach files. */
const WRITING = /^(?:tofile|dump|save|write|unlink|rename|replace|open|touch|mkdir|rmdir|chmod|symlink_to)/;

/**
 * Pickled bound methods are `getattr(object, 'method')`. They are harmless while the object is of an allowed class, the attribute
 * leads nowhere else, and neither the pickle itself nor a function that it calls calls what getattr returned.
 */
function bindsOnly(pickle: Pickle): boolean {
  if (pickle.calls.some(({ name = '' }) => CALLING.test(name))) return false;
  const uses = pickle.calls.filter(({ name }) => name === 'getattr');
  return (
    uses.length > 0 &&
    uses.every(({ direct, attribute }) => {
      if (!direct || attribute === undefined || attribute.name.startsWith('__') || attribute.name.includes('.'))
        return false;
      if (attribute.module.startsWith('pathlib') || WRITING.test(attribute.name)) return false;
      return classifyName(attribute.module, attribute.class).tier === 'allowed';
    })
  );
}

function howReached(pickle: Pickle, global: PickleGlobal): string {
  if (!global.reached) return `${global.opcode} at byte ${global.offset}, behind the place where unpickling fails`;
  const call = pickle.calls.find(
    (found) => found.direct && found.module === global.module && found.name === global.name,
  );
  if (call === undefined) return `${global.opcode} at byte ${global.offset} looks it up`;
  return `${call.opcode} at byte ${call.offset} calls it with (${call.args})`;
}

/** Worst first: denied before unknown before own before allowed, called before looked up. */
export function worstFirst(names: readonly JudgedName[]): readonly JudgedName[] {
  const rank = ({ tier, called, reached }: JudgedName) =>
    ({ denied: 0, unknown: 4, own: 8, allowed: 12 })[tier] + (reached ? 0 : 2) + (called ? 0 : 1);
  return [...names].sort((a, b) => rank(a) - rank(b));
}
