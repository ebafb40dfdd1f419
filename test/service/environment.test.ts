import { expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/service/environment.ts';

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n';
const SECRET = '3f9c0a77be2d41d89a6e5b1c8f7d2e40';
const env = { APP_ID: '123', PRIVATE_KEY: PEM, WEBHOOK_SECRET: SECRET };

function noFile(): never {
  throw new Error('ENOENT /secret/place');
}

test('three variables are enough', () => {
  expect(readEnvironment(env, noFile)).toMatchObject({
    ok: true,
    settings: { role: 'all', appId: 123, privateKey: PEM, secret: SECRET, port: 3_000, label: 'ml-review' },
    secrets: [SECRET, PEM],
  });
});

test.each([
  ['written-out line breaks', { PRIVATE_KEY: PEM.replaceAll('\n', '\\n') }],
  ['base64', { PRIVATE_KEY: Buffer.from(PEM).toString('base64') }],
  ['a file', { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: 'key.pem' }],
])('the private key may come as %s', (_how, more) => {
  const read = readEnvironment({ ...env, ...more }, (path) => (path === 'key.pem' ? PEM : noFile()));
  expect(read).toMatchObject({ ok: true, settings: { privateKey: PEM } });
});

test('the password of Redis is among the secrets', () => {
  const read = readEnvironment({ ...env, REDIS_URL: 'rediss://u:p%40ssword-of-redis@redis:6379/1' }, noFile);
  expect(read).toMatchObject({ ok: true, secrets: [SECRET, PEM, 'p@ssword-of-redis'] });
});

test.each([
  [{ WEBHOOK_SECRET: 'development' }, /^WEBHOOK_SECRET /],
  [{ APP_ID: undefined }, /^APP_ID: is not set/],
  [{ APP_ID: 'twelve' }, /^APP_ID/],
  [{ PRIVATE_KEY: undefined }, /^PRIVATE_KEY: is not set/],
  [{ PRIVATE_KEY: 'hunter2 hunter2' }, /^PRIVATE_KEY is not a PEM file/],
  [{ PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/secret/place' }, /^PRIVATE_KEY_PATH names a file that cannot be read$/],
  [{ REDIS_URL: 'http://redis' }, /^REDIS_URL/],
  [{ ML_REVIEW_ROLE: 'worker' }, /^ML_REVIEW_ROLE=worker needs REDIS_URL/],
  [{ ML_REVIEW_ROLE: 'boss' }, /^ML_REVIEW_ROLE/],
  [{ PORT: '99999' }, /^PORT/],
  [{ ML_REVIEW_CONCURRENCY: '0' }, /^ML_REVIEW_CONCURRENCY/],
])('%j is a mistake that is named', (more, sentence) => {
  const read = readEnvironment({ ...env, ...more }, noFile);
  if (read.ok) throw new Error('was read');
  expect(read.mistakes[0]).toMatch(sentence);
  expect(read.mistakes.join()).not.toContain('hunter2');
});
