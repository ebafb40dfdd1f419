import type { ContentKind, NoteKind } from './words.ts';

export type { ContentKind, NoteKind } from './words.ts';

/** A name that a pickle looks up. Each distinct name stands once, at its first offset. */
export interface PickleGlobal {
  /** Byte offset of the opcode in its part. */
  readonly offset: number;
  readonly opcode: string;
  readonly module: string;
  readonly name: string;
  /** Where Python 3 maps an old module or name to a new one (`commands` to `subprocess`). */
  readonly mapped?: { readonly module: string; readonly name: string };
  /** False when module or name is no constant, so that nobody can say what is looked up. */
  readonly constant: boolean;
  /** False when the opcode stands behind the place where unpickling fails. */
  readonly reached: boolean;
  /** True when the looked-up object is called (REDUCE, INST, OBJ, NEWOBJ, NEWOBJ_EX). */
  readonly called: boolean;
  /** How often it was put on the stack without being called from there: as an argument, say, of something that may call it. */
  readonly handedOn: number;
}

/** A call that unpickling makes. Each distinct opcode and callee stands once, with the arguments of the first call. */
export interface PickleCall {
  readonly offset: number;
  readonly opcode: string;
  /** `posix.system`, `result of builtins.getattr`, `persistent id`. */
  readonly callee: string;
  /** The looked-up name at the bottom of the callee; absent where it is none. */
  readonly module?: string;
  readonly name?: string;
  /** True when the callee itself is the name, false when it is something a call to it returned. */
  readonly direct: boolean;
  /** Abstract arguments in words, cut to a readable length. */
  readonly args: string;
  /** For `builtins.getattr`: the attribute and the class whose object it is reached on; calls of it differ by these. */
  readonly attribute?: { readonly name: string; readonly module: string; readonly class: string };
}

export interface TraceStep {
  readonly offset: number;
  readonly opcode: string;
  readonly text: string;
}

/** Something about the structure that a well-made file does not have. One sentence without full stop. */
export interface Note {
  readonly kind: NoteKind;
  readonly offset?: number;
  readonly text: string;
}

/** One pickle of a part. */
export interface Pickle {
  /** Offset of its first opcode, and of the byte behind the last one that was executed. */
  readonly start: number;
  readonly end: number;
  readonly protocol: number;
  readonly opcodes: number;
  /** `stop`: ran to STOP. `broken`: unpickling fails at `end`. `budget`: we stopped reading, the pickle may go on. */
  readonly ended: 'stop' | 'broken' | 'budget';
  /** Why it broke, in words. */
  readonly error?: string;
  readonly globals: readonly PickleGlobal[];
  readonly calls: readonly PickleCall[];
  /** The first steps that look something up or call it, in order; `traceOmitted` counts those left out. */
  readonly trace: readonly TraceStep[];
  readonly traceOmitted: number;
  readonly notes: readonly Note[];
}

/**
 * A Python name that a file refers to outside of a pickle: a skops schema, Hydra's `_target_`, the classes of `auto_map` (whose
 * module may be `owner/repository--module`), the handler of a TorchServe archive (a file, and a function or none).
 */
export interface NamedImport {
  readonly how: 'skops' | 'hydra-target' | 'auto-map' | 'handler';
  readonly module: string;
  readonly name: string;
  /** Where in the part: a JSON route or a line. */
  readonly where: string;
}

/** A layer or object of a Keras configuration that names a class. */
export interface KerasObject {
  readonly className: string;
  readonly module: string;
  readonly registeredName: string;
  readonly where: string;
  /** Set when the object carries or names a function: marshalled bytecode, source text, or a name. */
  readonly code?: 'bytecode' | 'source' | 'reference';
  /** The function that the object names (`config` of a function, `function` of an operator layer). */
  readonly refers?: string;
}

export interface Template {
  readonly where: string;
  readonly text: string;
}

/** Operators of a graph by name, with how often each occurs. `domain` is '' for the format's own operators. */
export interface OperatorUse {
  readonly domain: string;
  readonly operator: string;
  readonly count: number;
}

export interface ExternalData {
  readonly tensor: string;
  readonly location: string;
}

export interface Pointer {
  readonly by: 'git-lfs' | 'dvc';
  /** sha256 of Git LFS, md5 (or etag) of DVC. */
  readonly oid: string;
  /** Bytes; absent where the pointer does not say. */
  readonly size?: number;
}

/** A file, or a member of an archive, or a payload inside another part. */
export interface ModelPart {
  /** `` for the file itself, else the route to it, levels joined by `!`: `model.zip!data.pkl`. */
  readonly path: string;
  readonly name: string;
  /** Bytes, after decompression where it was decompressed. */
  readonly size: number;
  readonly kind: ContentKind;
  /** Other kinds that the same bytes are as well (polyglots). */
  readonly also: readonly ContentKind[];
  readonly pickles: readonly Pickle[];
  readonly notes: readonly Note[];
  readonly imports: readonly NamedImport[];
  readonly keras: readonly KerasObject[];
  readonly templates: readonly Template[];
  readonly operators: readonly OperatorUse[];
  readonly externalData: readonly ExternalData[];
  readonly pointer?: Pointer;
  /** Python source that comes inside an archive. */
  readonly program?: string;
  readonly parts: readonly ModelPart[];
}

/** Something in the file that was not looked at. Always a result, never silence. */
export interface NotScanned {
  /** Route to the part, as in `ModelPart.path`. */
  readonly path: string;
  readonly reason: string;
}

/** What a model file holds. Nothing was executed, imported or fetched to find out. */
export interface ModelFile extends ModelPart {
  readonly notScanned: readonly NotScanned[];
  /** Bytes read from the file, some of them perhaps twice. */
  readonly bytesRead: number;
}

/** What one reader found in a part. */
export type Described = Partial<Omit<ModelPart, 'path' | 'name' | 'size'>>;

/** The part itself and all parts below it, depth first. */
export function allParts(root: ModelPart): readonly ModelPart[] {
  const found: ModelPart[] = [];
  const waiting: ModelPart[] = [root];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    found.push(part);
    for (let index = part.parts.length - 1; index >= 0; index--) {
      const below = part.parts[index];
      if (below !== undefined) waiting.push(below);
    }
  }
  return found;
}
