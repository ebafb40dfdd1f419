import type { Note, Pointer } from '../model.ts';
import { decodeText } from '../source.ts';
import { keptText, leaveOut, type PartInput, type Reader } from '../walk.ts';
import { hydraTargets, MOST_YAML } from './hydra.ts';

/** Bytes of one program that are read. */
const MOST_PROGRAM = 262_144;

const LFS = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n/;

/** What a small text says it stands for, where it is a pointer of Git LFS or DVC. */
export function pointerOf(text: string, name: string): Pointer | undefined {
  if (LFS.test(text)) {
    const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
    const size = /^size (\d{1,15})$/m.exec(text)?.[1];
    return oid === undefined
      ? undefined
      : { by: 'git-lfs', oid, ...(size === undefined ? {} : { size: Number(size) }) };
  }
  if (!name.endsWith('.dvc') || !/^outs:/m.test(text)) return undefined;
  const oid = /^[ -]{1,8}(?:md5|etag|checksum): ?['"]?([0-9A-Za-z.-]{6,128})/m.exec(text)?.[1];
  const size = /^[ -]{1,8}size: ?(\d{1,15})$/m.exec(text)?.[1];
  return oid === undefined ? undefined : { by: 'dvc', oid, ...(size === undefined ? {} : { size: Number(size) }) };
}

export const readPointer: Reader = (part) => {
  const pointer = pointerOf(decodeText(part.source.read(0, 4096)), part.name);
  if (pointer === undefined) return { kind: 'text' };
  return { kind: pointer.by === 'git-lfs' ? 'lfs-pointer' : 'dvc-pointer', pointer };
};

/** A chat template in a file of its own. */
export const readTemplate: Reader = (part, walk) => {
  const text = decodeText(part.source.read(0, Math.min(walk.limits.textBytes, walk.keptTextLeft)));
  if (part.source.size > walk.limits.textBytes) leaveOut(walk, part.path, 'the end of a long template');
  return { kind: 'chat-template', templates: [{ where: part.name, text: keptText(walk, part.path, text) }] };
};

/** Text inside an archive: code that comes with a model, Hydra targets of NeMo configurations. */
export const readText: Reader = (part, walk) => {
  if (part.depth === 0) return { kind: 'text' };
  if (/\.ya?ml$/i.test(part.name)) {
    const length = Math.min(part.source.size, MOST_YAML);
    if (length < part.source.size) leaveOut(walk, part.path, `the YAML behind the first ${length} bytes`);
    return { kind: 'text', imports: hydraTargets(decodeText(part.source.read(0, length))) };
  }
  if (!part.name.endsWith('.py')) return { kind: 'text' };
  if (/(^|\/)code\//.test(part.name)) return { kind: 'text', notes: scriptNotes(part) };
  const length = Math.min(part.source.size, MOST_PROGRAM);
  if (length < part.source.size) leaveOut(walk, part.path, `the program behind its first ${length} bytes`);
  return { kind: 'text', program: keptText(walk, part.path, decodeText(part.source.read(0, length))) };
};

/** TorchScript keeps its own language under `code/`, in which only these operators reach files. */
function scriptNotes(part: PartInput): readonly Note[] {
  const text = decodeText(part.source.read(0, 4_000_000));
  const found = /\b(?:torch\.(?:from_file|save)|ops\.aten\.(?:from_file|save)|torch\.load_library)\s{0,4}\(/.exec(text);
  if (found === null) return [];
  const note: Note = {
    kind: 'suspicious-op',
    offset: found.index,
    text: `TorchScript code calls ${found[0].replace(/\s*\($/, '')}, which reads or writes files`,
  };
  return [note];
}
