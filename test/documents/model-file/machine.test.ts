import { describeModelFile } from '../../../src/documents/model-file/describe.ts';
import { STEPS } from '../../../src/documents/model-file/pickle/execute.ts';
import { OPCODES } from '../../../src/documents/model-file/pickle/opcodes.ts';
import { runPickle } from '../../../src/documents/model-file/pickle/run.ts';
import { bytesSource } from '../../../src/documents/model-file/source.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const run = (text: string) => runPickle(bytesSource(latin1(text)), 0, { opcodes: 100_000, objects: 10_000 });

test('every opcode of the protocols 0 to 5 has a step', () => {
  expect(OPCODES.size).toBe(68);
  for (const { name } of OPCODES.values()) expect(name === 'STOP' || STEPS.has(name)).toBe(true);
});

describe('results', () => {
  test.each<[string, string, unknown]>([
    ['INT 01 is a boolean', 'I01\n.', { kind: 'bool', value: true }],
    ['INT is a number', 'I-42\n.', { kind: 'int', value: -42 }],
    ['LONG with its letter', 'L123456789012345678901L\n.', { kind: 'int', value: 123456789012345678901n }],
    ['LONG1 is signed', '\x80\x02\x8a\x01\xff.', { kind: 'int', value: -1 }],
    ['BININT is signed', 'J\xff\xff\xff\xff.', { kind: 'int', value: -1 }],
    ['BINFLOAT is big-endian', 'G\x3f\xf8\0\0\0\0\0\0.', { kind: 'float', value: 1.5 }],
    ['STRING undoes escapes', "S'a\\x41\\101\\n\\q'\n.", { kind: 'text', text: 'aAA\n\\q', length: 13 }],
    [
      'UNICODE undoes \\u after an odd number of backslashes',
      'V\\u0041\\\\u0041\n.',
      { kind: 'text', text: 'A\\\\u0041', length: 13 },
    ],
    ['POP takes the mark when nothing stands above it', 'N(0.', { kind: 'none' }],
    ['POP_MARK takes everything above the mark', 'N(K\x01K\x021.', { kind: 'none' }],
    [
      'DUP repeats the top',
      'K\x012\x86.',
      {
        kind: 'tuple',
        items: [
          { kind: 'int', value: 1 },
          { kind: 'int', value: 1 },
        ],
        length: 2,
      },
    ],
    ['MEMOIZE counts from the size of the memo', '\x80\x04K\x07\x940h\0.', { kind: 'int', value: 7 }],
    [
      'PUT stores the top, not the item',
      'K\x01K\x02\x86p3\n0g3\n.',
      {
        kind: 'tuple',
        items: [
          { kind: 'int', value: 1 },
          { kind: 'int', value: 2 },
        ],
        length: 2,
      },
    ],
  ])('%s', (_, text, value) => {
    expect(run(text)).toMatchObject({ result: value, pickle: { ended: 'stop' } });
  });
});

describe('breaks', () => {
  test.each<[string, string, string]>([
    ['an empty stack', 'R.', 'the stack is empty'],
    ['below a mark', 'N(R.', 'the stack is empty'],
    ['no mark', 'Nt.', 'there is no MARK to go back to'],
    ['an odd DICT', '(Nd.', 'a DICT has a key without a value'],
    ['no opcode', '\x80\x04\xff', 'byte 0xff is no opcode'],
    ['no end', '\x80\x04N', 'the data ends in the middle of the pickle'],
    ['no newline', 'cposix', 'a line has no end'],
    ['a payload past the end', '\x80\x04B\xff\xff\0\0x', 'a payload of 65535 bytes reaches past the end of the data'],
    ['memo never written', '\x80\x02h\x05.', 'memo entry 5 was never written'],
    ['a negative memo index', 'Np-1\n.', 'a memo index is negative'],
    ['a protocol of the future', '\x80\x06N.', 'protocol 6 does not exist'],
    ['an extension code of zero', '\x80\x02\x82\0.', 'extension code 0 does not exist'],
    ['a memo index that is no number', 'Npabc\n.', 'a memo index is no whole number'],
  ])('%s', (_, text, error) => {
    expect(run(text).pickle).toMatchObject({ ended: 'broken', error });
  });
});

describe('names and calls', () => {
  test('the module of protocol 2 is mapped, that of protocol 3 is not', () => {
    expect(run('\x80\x02c__builtin__\neval\n.').pickle.globals[0]).toMatchObject({
      mapped: { module: 'builtins', name: 'eval' },
    });
    expect(run('\x80\x03c__builtin__\neval\n.').pickle.globals[0]?.mapped).toBeUndefined();
  });

  test('a name that is looked up and dropped is known, and known as not called', () => {
    expect(run('cposix\nsystem\n0N.').pickle.globals).toEqual([
      {
        offset: 0,
        opcode: 'GLOBAL',
        module: 'posix',
        name: 'system',
        constant: true,
        reached: true,
        called: false,
        handedOn: 1,
      },
    ]);
  });

  test('NEWOBJ_EX tells its keywords', () => {
    const { calls } = run('\x80\x04\x8c\x04acme\x8c\x03Net\x93)}\x8c\x01aK\x01s\x92.').pickle;
    expect(calls).toMatchObject([{ opcode: 'NEWOBJ_EX', callee: 'acme.Net', args: 'a dict of 1', direct: true }]);
  });

  test('what a call returns is no direct callee', () => {
    const { calls } = run('cacme\nmake\n)R)R.').pickle;
    expect(calls.map(({ callee, direct }) => [callee, direct])).toEqual([
      ['acme.make', true],
      ['result of acme.make', false],
    ]);
  });

  test('a thousand equal calls are one record', () => {
    expect(run(`(${'cacme\nNet\n)R'.repeat(1000)}t.`).pickle.calls).toHaveLength(1);
  });
});

test('a frame that an argument crosses is read in both ways that CPython reads it', () => {
  // The frame holds BINBYTES with two of its eight bytes: in memory the next six belong to it, from a file the next eight do.
  const data = '\x80\x04\x95\x07\0\0\0\0\0\0\0B\x08\0\0\0xxABCDEFGHcposix\nsystem\n0.';
  const { notes, globals } = run(data).pickle;
  expect(notes.map(({ kind }) => kind)).toContain('frame-straddled');
  expect(globals).toMatchObject([{ module: 'posix', name: 'system', reached: true }]);
});

test('limits end in a result that says so', () => {
  const many = latin1(`(${'K\x01'.repeat(2000)}t.`);
  const file = describeModelFile(bytesSource(many), 'a.pkl', { opcodes: 500 });
  expect(file.pickles[0]?.ended).toBe('budget');
  expect(file.notScanned).toEqual([{ path: '', reason: 'the limit of opcodes per file is reached' }]);
  expect(describeModelFile(bytesSource(many), 'a.pkl', { pickleObjects: 500 }).notScanned[0]?.reason).toContain(
    'more than 500 objects',
  );
});

test('long payloads are stepped over, not read', () => {
  const payload = 50_000_000;
  const head = latin1(`\x80\x04B\x80\xf0\xfa\x02`);
  const source = {
    size: head.length + payload + 1,
    read: (offset: number, length: number) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, head.length + payload + 1 - offset)));
      for (let index = 0; index < bytes.length; index++) {
        const at = offset + index;
        bytes[index] = at < head.length ? (head[at] ?? 0) : at === head.length + payload ? 0x2e : 0;
      }
      return bytes;
    },
  };
  const file = describeModelFile(source, 'a.pkl');
  expect(file.pickles[0]?.ended).toBe('stop');
  expect(file.bytesRead).toBeLessThan(200_000);
});
