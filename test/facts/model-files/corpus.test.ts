import { rmSync } from 'node:fs';
import { describeModelFile } from '../../../src/documents/model-file/describe.ts';
import { allParts, type ModelFile } from '../../../src/documents/model-file/model.ts';
import { bytesSource } from '../../../src/documents/model-file/source.ts';
import { loadPython } from '../../../src/documents/python/parse.ts';
import { mismatches } from '../../../src/facts/model-files/extensions.ts';
import { templateDangers } from '../../../src/facts/model-files/jinja.ts';
import { type JudgedName, judgedNames } from '../../../src/facts/model-files/judge.ts';
import { kerasDangers } from '../../../src/facts/model-files/keras.ts';
import { externalEscapes, operatorDangers } from '../../../src/facts/model-files/operators.ts';
import { modelCode } from '../../../src/facts/model-files/programs.ts';
import { traceInWords } from '../../../src/facts/model-files/trace.ts';
import { type Expected, generateCorpus } from '../../corpus/model-files/corpus.ts';

await loadPython();
const corpus = generateCorpus();
const skipped = 'no python3 on this machine: the corpus of model files was not generated';

afterAll(() => {
  if (corpus !== undefined) rmSync(corpus.folder, { recursive: true });
});

/** Everything that would be said about a file, in the words of the generator's index. */
function said(file: ModelFile, expected: Expected) {
  const names = judgedNames(file).filter(({ reached }) => reached || expected.mayBeUnreached === true);
  const parts = allParts(file);
  return {
    kind: file.kind,
    tier: worstTier(names),
    denied: names.filter(({ tier }) => tier === 'denied').map(({ name }) => name),
    notes: [
      ...new Set(
        parts
          .flatMap(({ notes, pickles }) => [...notes, ...pickles.flatMap((pickle) => pickle.notes)])
          .map(({ kind }) => kind),
      ),
    ],
    mismatch: mismatches(file).some(({ part }) => part === ''),
    keras:
      kerasDangers(file)
        .map(({ grade }) => grade)
        .sort()[0] ?? null,
    template: parts.some(({ templates }) => templates.some(({ text }) => templateDangers(text).length > 0)),
    operators: operatorDangers(file).map(({ grade }) => grade),
    escapes: externalEscapes(file).length > 0,
    code: modelCode(file)[0]?.grade ?? null,
    notScanned: file.notScanned.length > 0,
  };
}

function worstTier(names: readonly JudgedName[]): string {
  return (
    (['denied', 'unknown', 'own', 'allowed'] as const).find((tier) => names.some((name) => name.tier === tier)) ??
    'none'
  );
}

function differences(expected: Expected, actual: ReturnType<typeof said>): readonly string[] {
  const wrong: string[] = [];
  const check = (holds: boolean, text: string) => {
    if (!holds) wrong.push(`${expected.file}: ${text}`);
  };
  check(actual.kind === expected.kind, `kind ${actual.kind}, expected ${expected.kind}`);
  check(actual.tier === expected.tier, `tier ${actual.tier}, expected ${expected.tier}`);
  for (const name of expected.names ?? []) {
    if (expected.tier === 'denied')
      check(actual.denied.includes(name), `${name} is missing in ${actual.denied.join(', ')}`);
  }
  for (const note of expected.notes ?? [])
    check(actual.notes.includes(note as never), `note ${note} is missing in ${actual.notes.join(', ')}`);
  if (expected.mismatch !== undefined) check(actual.mismatch === expected.mismatch, `mismatch ${actual.mismatch}`);
  if (expected.keras !== undefined)
    check(actual.keras === expected.keras, `keras ${actual.keras}, expected ${expected.keras}`);
  if (expected.operator !== undefined)
    check(actual.operators.includes(expected.operator as never), `operator ${expected.operator} is missing`);
  check(actual.template === (expected.template ?? false), `template danger ${actual.template}`);
  if (expected.code !== undefined)
    check(actual.code === expected.code, `code ${actual.code}, expected ${expected.code}`);
  check(actual.escapes === (expected.escapes ?? false), `external data escapes ${actual.escapes}`);
  check(actual.notScanned === (expected.notScanned ?? false), `not scanned ${actual.notScanned}`);
  if (expected.silent === true) {
    const loud = actual.notes.filter((note) => note !== 'zero-padding');
    check(
      loud.length === 0 && !actual.mismatch && actual.operators.length === 0 && actual.code === null,
      `not silent: ${loud.join(', ')} ${actual.operators.join(', ')}`,
    );
  }
  return wrong;
}

describe('the corpus of model files', () => {
  if (corpus === undefined) {
    test.skip(skipped, () => undefined);
    return;
  }

  test('holds at least 150 files, benign and hostile', () => {
    expect(corpus.files.length).toBeGreaterThanOrEqual(150);
    expect(corpus.files.filter(({ silent }) => silent === true).length).toBeGreaterThan(40);
    expect(corpus.files.filter(({ tier }) => tier === 'denied').length).toBeGreaterThan(100);
  });

  const groups = [...new Set(corpus.files.map(({ group }) => group))];
  test.each(groups)('%s: every file is judged as expected', (group) => {
    const wrong = corpus.files
      .filter((expected) => expected.group === group)
      .flatMap((expected) =>
        differences(
          expected,
          said(describeModelFile(bytesSource(corpus.bytes(expected.file)), expected.file), expected),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test('a denied call is traced in words with its offset', () => {
    const name = 'mapped-commands.pkl';
    const file = describeModelFile(bytesSource(corpus.bytes(name)), name);
    expect(traceInWords(file)).toEqual([
      'mapped-commands.pkl, byte 0: GLOBAL looks up commands.getoutput, which Python 3 maps to subprocess.getoutput',
      'mapped-commands.pkl, byte 30: REDUCE calls commands.getoutput("true")',
    ]);
  });

  test('what ran before a break is part of the trace', () => {
    const file = describeModelFile(bytesSource(corpus.bytes('broken-after.pkl')), 'broken-after.pkl');
    expect(traceInWords(file).at(-1)).toMatch(/unpickling fails, byte 0xff is no opcode; everything above ran before$/);
  });
});
