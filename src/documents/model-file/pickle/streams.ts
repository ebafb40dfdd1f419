import type { ContentKind, Described, ModelPart, Note, Pickle } from '../model.ts';
import { type ByteSource, bytesSource, sliceSource, uintLE } from '../source.ts';
import { describeBelow, leaveOut, type PartInput, type Walk } from '../walk.ts';
import { OPCODES } from './opcodes.ts';
import { encodedBytes, type Payload } from './payloads.ts';
import { type Run, runPickle } from './run.ts';
import { callsName, hasPickleHeader, namesBehind, searchPickles } from './search.ts';

/** `torch.serialization.MAGIC_NUMBER`: the first pickle of the legacy format. */
const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn;
const MOST_PICKLES = 10_000;

/** All pickles of a part from `from` on: stacked ones, hidden ones, and what stands behind the last. */
export function readPickles(part: PartInput, walk: Walk, from = 0): Described {
  const runs: Run[] = [];
  const notes: Note[] = [];
  let at = from;
  while (at < part.source.size) {
    const run = startRun(part, at, runs.length, walk);
    if (run === undefined) break;
    runs.push(run);
    if (runs.length === 2 && !isTorchLegacy(runs)) {
      notes.push({
        kind: 'pickle-after-stop',
        offset: at,
        text: 'another pickle follows the first; a loader that reads once never sees it',
      });
    }
    at = run.pickle.end;
    if (run.pickle.ended !== 'stop') break;
    if (isTorchLegacy(runs) && runs.length === 5) break;
    if (runs.length >= MOST_PICKLES || walk.keptLeft <= 0) {
      leaveOut(walk, part.path, `what follows the first ${runs.length} pickles`);
      break;
    }
  }
  const behind = readBehind(part, runs, at, walk);
  return {
    kind: kindOf(runs),
    pickles: [...runs.map(({ pickle }) => pickle), ...behind.pickles],
    notes: [...notes, ...behind.notes],
    parts: runs.flatMap((run) => payloads(part, run, walk)),
  };
}

function startRun(part: PartInput, at: number, before: number, walk: Walk): Run | undefined {
  const head = part.source.read(at, 3);
  if (before > 0 && !hasPickleHeader(head) && !OPCODES.has(head[0] ?? 0)) return undefined;
  const opcodes = Math.max(0, walk.opcodesLeft);
  const run = runPickle(part.source, at, {
    opcodes,
    objects: walk.limits.pickleObjects,
    names: Math.max(0, Math.min(50_000, walk.keptLeft)),
    joblibArrays: true,
  });
  walk.opcodesLeft -= run.spent;
  walk.keptLeft -= run.pickle.globals.length + run.pickle.calls.length + run.pickle.trace.length + 1;
  // Behind a STOP bytes that are a pickle by chance are common; a header, a clean end or a call is not chance.
  const sure =
    before === 0 || hasPickleHeader(head) || callsName(run.pickle) || (run.pickle.ended === 'stop' && run.spent > 1);
  if (!sure) return undefined;
  if (run.pickle.ended === 'budget') leaveOut(walk, part.path, run.pickle.error ?? 'the pickle is too large');
  return run;
}

function isTorchLegacy(runs: readonly Run[]): boolean {
  const first = runs[0]?.result;
  return first?.kind === 'int' && BigInt(first.value) === TORCH_MAGIC;
}

function kindOf(runs: readonly Run[]): ContentKind {
  if (isTorchLegacy(runs)) return 'torch-legacy';
  const joblib = runs.some(
    (run) => run.arrays > 0 || run.pickle.globals.some(({ module }) => module.startsWith('joblib.numpy_pickle')),
  );
  return joblib ? 'joblib' : 'pickle';
}

interface Behind {
  readonly pickles: readonly Pickle[];
  readonly notes: readonly Note[];
}

/** What stands behind the last pickle that ran. */
function readBehind(part: PartInput, runs: readonly Run[], at: number, walk: Walk): Behind {
  const last = runs[runs.length - 1];
  if (last === undefined || last.pickle.ended === 'budget') return { pickles: [], notes: [] };
  if (last.pickle.ended === 'broken') return behindBreak(part, last, walk);
  const end = isTorchLegacy(runs) && runs.length === 5 ? behindStorages(part, runs, at) : at;
  const length = part.source.size - end;
  if (length <= 0) return { pickles: [], notes: [] };
  const sample = part.source.read(end, Math.min(length, 65_536));
  if (length <= 65_536 && sample.every((byte) => byte === 0)) {
    return { pickles: [], notes: [{ kind: 'zero-padding', offset: end, text: `${length} zero bytes follow` }] };
  }
  const found = hidden(part, end, walk);
  const text = `${length} bytes follow the STOP of the last pickle`;
  return { pickles: found.pickles, notes: [{ kind: 'bytes-after-stop', offset: end, text }, ...found.notes] };
}

function behindBreak(part: PartInput, last: Run, walk: Walk): Behind {
  const at = last.pickle.end;
  const names = namesBehind(part.source, at, walk).map((pickle) => ({
    ...pickle,
    globals: pickle.globals.map((global) => ({ ...global, reached: false, called: false })),
    calls: [],
    trace: [],
    notes: [],
  }));
  const found = hidden(part, at, walk);
  const broken: Note = {
    kind: 'broken',
    offset: at,
    text: `unpickling fails here: ${last.pickle.error ?? 'unknown reason'}`,
  };
  return { pickles: [...names, ...found.pickles], notes: [broken, ...found.notes] };
}

function hidden(part: PartInput, from: number, walk: Walk): Behind {
  const pickles = searchPickles(part.source, from, part.source.size, part.path, walk).map(({ pickle }) => pickle);
  const notes = pickles.map(
    (pickle): Note => ({
      kind: 'pickle-hidden',
      offset: pickle.start,
      text: `a pickle that looks names up hides at byte ${pickle.start}`,
    }),
  );
  return { pickles, notes };
}

/**
 * Legacy torch: the storages follow the fifth pickle, each as its number of elements and the raw numbers, in the order of their keys.
 * Returns where they end, or `at` where their sizes are not known.
 */
function behindStorages(part: PartInput, runs: readonly Run[], at: number): number {
  const storages = runs[3]?.storages ?? new Map<string, number>();
  let end = at;
  for (const key of [...storages.keys()].sort()) {
    const bytes = storages.get(key) ?? Number.NaN;
    const elements = uintLE(part.source.read(end, 8), 0, 8);
    const next = end + 8 + elements * bytes;
    if (!Number.isSafeInteger(next) || next > part.source.size) return end;
    end = next;
  }
  return end;
}

/** Bytes that a call gets may be a pickle or an archive of their own (`torch.storage._load_from_bytes`). */
function payloads(part: PartInput, run: Run, walk: Walk): readonly ModelPart[] {
  const parts: ModelPart[] = [];
  for (const payload of run.payloads.values()) {
    const { offset, callee } = payload;
    const source = payloadSource(part, payload, walk);
    const head = source.read(0, 512);
    const zip = head[0] === 0x50 && head[1] === 0x4b && head[2] === 3;
    if (!zip && !hasPickleHeader(head) && !/loads?|_load_from_bytes/.test(callee)) continue;
    parts.push(...describeBelow(part, `bytes for ${callee} at ${offset}`, source, walk));
  }
  return parts;
}

function payloadSource(part: PartInput, payload: Payload, walk: Walk): ByteSource {
  if (!payload.encoded) return sliceSource(part.source, payload.offset, payload.length);
  const bytes = encodedBytes(part.source, payload, walk.limits.textBytes);
  if (bytes === undefined)
    leaveOut(walk, part.path, `${payload.length} bytes of text that ${payload.callee} unpickles`);
  return bytesSource(bytes ?? new Uint8Array(0));
}
