import { unbzip2 } from './archive/bzip2.ts';
import { unlz4 } from './archive/lz4.ts';
import { unlzma, unxz } from './archive/lzma.ts';
import { notOpened, readGzip, readPacked, readZlib } from './archive/streams.ts';
import { readTar } from './archive/tar.ts';
import { readZip } from './archive/zip.ts';
import { readGguf } from './format/gguf.ts';
import { readJson } from './format/json.ts';
import { readHdf5 } from './format/keras-hdf5.ts';
import { readNpy } from './format/npy.ts';
import { readOnnx } from './format/onnx.ts';
import { readSafetensors } from './format/safetensors.ts';
import { readKerasMetadata, readSavedModel } from './format/saved-model.ts';
import { readPointer, readTemplate, readText } from './format/text.ts';
import { readTflite } from './format/tflite.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { ContentKind, Described, ModelFile, ModelPart, Note } from './model.ts';
import { searchPickles } from './pickle/search.ts';
import { readPickles } from './pickle/streams.ts';
import { sniff } from './sniff.ts';
import { type ByteSource, countedSource } from './source.ts';
import { type PartInput, quoted, type Reader, type Walk } from './walk.ts';

/** Kinds that are not here are recognised and hold nothing that we read. */
const READERS: Partial<Readonly<Record<ContentKind, Reader>>> = {
  pickle: readPickles,
  npy: readNpy,
  zip: readZip,
  tar: readTar,
  gzip: readGzip,
  zlib: readZlib,
  safetensors: readSafetensors,
  gguf: readGguf,
  onnx: readOnnx,
  'saved-model': readSavedModel,
  'keras-metadata': readKerasMetadata,
  hdf5: readHdf5,
  json: readJson,
  text: readText,
  script: readText,
  'chat-template': readTemplate,
  'lfs-pointer': readPointer,
  'dvc-pointer': readPointer,
  tflite: readTflite,
  unknown: readUnknown,
  bzip2: readPacked('bzip2', unbzip2),
  xz: readPacked('xz', unxz),
  lzma: readPacked('lzma', unlzma),
  lz4: readPacked('lz4', unlz4),
  zstd: notOpened('zstd'),
  '7z': notOpened('7z'),
  rar: notOpened('rar'),
};

/**
 * Says what a model file holds, by its bytes and never by its name. Executes, imports and fetches nothing; never throws;
 * what a limit left out stands in `notScanned`. Reads only what it needs of a large file.
 */
export function describeModelFile(source: ByteSource, name: string, limits: Partial<Limits> = {}): ModelFile {
  let bytesRead = 0;
  const all = { ...DEFAULT_LIMITS, ...limits };
  const walk: Walk = {
    limits: all,
    notScanned: [],
    opcodesLeft: all.opcodes,
    inflateLeft: all.inflateTotal,
    partsLeft: all.parts,
    searchLeft: all.searchBytes,
    workLeft: all.work,
    keptLeft: all.kept,
    keptTextLeft: all.keptText,
    describe: describePart,
  };
  const counted = countedSource(source, (bytes) => {
    bytesRead += bytes;
  });
  const part = describePart({ source: counted, name, path: '', depth: 0 }, walk);
  return { ...part, notScanned: walk.notScanned, bytesRead };
}

function describePart(input: PartInput, walk: Walk): ModelPart {
  // Each call costs something as well: many small reads are work too.
  const source = countedSource(input.source, (bytes) => {
    walk.workLeft -= bytes + 64;
  });
  const part: PartInput = { ...input, source };
  const { kind, also } = sniff(part.source, part.name);
  const readings = [kind, ...also].map((each): Described => READERS[each]?.(part, walk) ?? { kind: each });
  const first = readings[0];
  const gather = <
    Key extends 'pickles' | 'notes' | 'imports' | 'keras' | 'templates' | 'operators' | 'externalData' | 'parts',
  >(
    key: Key,
  ) =>
    readings.flatMap(
      (reading) => (reading[key] ?? []) as readonly ModelPart[Key][number][],
    ) as unknown as ModelPart[Key];
  for (const { keras, imports, operators, externalData, notes } of readings) {
    for (const list of [keras, imports, operators, externalData, notes]) walk.keptLeft -= list?.length ?? 0;
  }
  const others = readings.slice(1).map((reading, index) => reading.kind ?? also[index] ?? 'unknown');
  return {
    path: part.path,
    name: part.name,
    size: part.source.size,
    kind: first?.kind ?? kind,
    also: others,
    pickles: gather('pickles'),
    notes: [...gather('notes'), ...polyglot(first?.kind ?? kind, others), ...codeMember(part)],
    imports: gather('imports'),
    keras: gather('keras'),
    templates: gather('templates'),
    operators: gather('operators'),
    externalData: gather('externalData'),
    parts: gather('parts'),
    ...(first?.pointer === undefined ? {} : { pointer: first.pointer }),
    ...(first?.program === undefined ? {} : { program: first.program }),
  };
}

function polyglot(kind: ContentKind, others: readonly ContentKind[]): readonly Note[] {
  if (others.length === 0) return [];
  return [
    { kind: 'polyglot', text: `the same bytes are ${kind} and ${others.join(', ')}; loaders disagree about which` },
  ];
}

/** A program inside an archive, whatever its bytes are; TorchScript's own language stands below `code/`. */
function codeMember({ name, depth }: PartInput): readonly Note[] {
  if (depth === 0 || !/\.(py|pyc|sh|so|dll|dylib)$/i.test(name) || /(^|\/)code\//.test(name)) return [];
  return [{ kind: 'code-member', text: `${quoted(name)} is a program that comes with the model` }];
}

/** Bytes of no known kind may still hold a pickle further in. */
function readUnknown(part: PartInput, walk: Walk): Described {
  const pickles = searchPickles(part.source, 0, part.source.size, part.path, walk).map(({ pickle }) => pickle);
  const notes = pickles.map(
    ({ start }): Note => ({
      kind: 'pickle-hidden',
      offset: start,
      text: `a pickle that looks names up hides at byte ${start}`,
    }),
  );
  return { kind: 'unknown', pickles, notes };
}
