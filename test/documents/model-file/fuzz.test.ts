import { rmSync } from 'node:fs';
import { describeModelFile } from '../../../src/documents/model-file/describe.ts';
import { allParts } from '../../../src/documents/model-file/model.ts';
import { bytesSource } from '../../../src/documents/model-file/source.ts';
import { generateCorpus } from '../../corpus/model-files/corpus.ts';
import { fuzz } from '../../fuzz/model-files.mjs';

const corpus = generateCorpus();

afterAll(() => {
  if (corpus !== undefined) rmSync(corpus.folder, { recursive: true });
});

(corpus === undefined ? test.skip : test)(
  '300 mutated files (needs python3): none makes the reader throw, each is described to its end',
  () => {
    const files = (corpus?.files ?? []).map(({ file }) => ({
      name: file,
      bytes: corpus?.bytes(file) ?? new Uint8Array(0),
    }));
    const limits = { inflateBytes: 2_000_000, inflateTotal: 8_000_000 };
    let described = 0;
    fuzz({
      files,
      mutations: 300,
      seed: 20,
      inspect: (name, bytes) => {
        const file = describeModelFile(bytesSource(bytes), name, limits);
        expect(file.size).toBe(bytes.length);
        expect(allParts(file).every(({ pickles }) => pickles.every(({ start, end }) => end >= start))).toBe(true);
        described += 1;
      },
    });
    expect(described).toBe(300);
  },
);
