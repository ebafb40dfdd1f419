import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLog, newRunId } from '../../src/service/log.ts';
import { createMask } from '../../src/service/mask.ts';

const jwt = `eyJ${'h'.repeat(20)}.eyJ${'p'.repeat(300)}.${'s'.repeat(86)}`;
const pem = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
  type: 'pkcs1',
  format: 'pem',
}) as string;

test.each([
  ['an installation token', `ghs_${'a1B2'.repeat(9)}`],
  ['a stateless installation token', `ghs_12345_${jwt}`],
  ['a personal token', `github_pat_${'x'.repeat(22)}_${'y'.repeat(59)}`],
  ['a JWT', jwt],
  ['an old token', `v1.${'0af9'.repeat(10)}`],
  ['a private key', pem],
  ['a private key in JSON', JSON.stringify({ pem })],
  ['credentials in an address', 'redis://default:s3cr3t-pass@redis:6379'],
  ['a bearer header', 'header: Bearer abcdefghijklmnop'],
  ['an access key', 'AKIAIOSFODNN7EXAMPLE'],
])('%s is masked, and nothing of it is left', (_name, secret) => {
  const masked = createMask()(`before ${secret} after`);
  expect(masked).toMatch(/\[(token|private key|credentials)\]/);
  for (const piece of secret.match(/[A-Za-z0-9+/]{12,}/g) ?? []) expect(masked).not.toContain(piece);
  expect(masked).not.toContain('s3cr3t');
  expect(masked).toMatch(/^before /);
});

test.each([
  'a commit 4ac6fa0f9bb2aab0dd3ee1d9a3d2b4b4f1a5ccee',
  'src/monkey.py:12',
  'https://github.com/acme/fraud/pull/1',
])('plain text stays as it is: %s', (text) => expect(createMask()(text)).toBe(text));

test('hostile text takes no time to speak of', () => {
  const pieces = [
    'eyAAAAAA',
    'eyAAAAAA.',
    '-----BEGIN PRIVATE KEY-----',
    '://',
    'bearer ',
    'ghs_',
    'v1.0',
    'token token ',
  ];
  const mask = createMask(['a secret of some length']);
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(500_000 / piece.length));
    expect(typeof mask(text)).toBe('string');
  }
});

function logged(write: (log: ReturnType<typeof createLog>) => void, secrets: readonly string[] = []): string {
  const lines: string[] = [];
  write(createLog({ level: 'info', secrets, destination: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}

test('a secret is masked wherever it stands in a line', () => {
  const secret = 'correct horse "battery" staple';
  const line = logged(
    (log) => {
      const error = Object.assign(new Error(`bad ${secret}`), { status: 401, request: { body: 'text of the change' } });
      log
        .child({ run: newRunId() })
        .error({ err: new Error('outer', { cause: error }), deep: { list: [secret] } }, secret);
    },
    [secret],
  );
  const entry = JSON.parse(line) as Record<string, unknown>;
  expect(line).not.toContain('horse');
  expect(line).not.toContain('text of the change');
  expect(entry.msg).toBe('[secret]');
  expect(entry.level).toBe('error');
  expect(entry.run).toMatch(/^[0-9a-f]{12}$/);
  expect(entry.err).toMatchObject({ message: 'outer', cause: { message: 'bad [secret]', status: 401 } });
});
