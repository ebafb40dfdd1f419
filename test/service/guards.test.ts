import { expect, test } from '@jest/globals';
import { grantsIn, grantsOf, grantWarnings, secretWarnings } from '../../src/service/guards.ts';

test.each([undefined, '', 'development', 'changeme', 'nineteen characters', 'abababababababababababababab'])(
  'the service does not start with the webhook secret %j',
  (secret) =>
    expect(secretWarnings(secret)).toEqual([{ fatal: true, message: expect.stringContaining('WEBHOOK_SECRET') }]),
);

test('a random secret is fine', () => {
  expect(secretWarnings('3f9c0a77be2d41d89a6e5b1c8f7d2e40')).toEqual([]);
});

const required = grantsOf(`
name: panel
default_permissions: { contents: read, checks: write, pull_requests: write, merge_queues: read }
default_events: [pull_request, merge_group]
`);

test('the grants of an App that is as it should be are not spoken of', () => {
  expect(grantWarnings(required, required, 'the App')).toEqual([]);
});

test('what is missing, what is too much and what is not listened to is told', () => {
  const granted = grantsIn({
    id: 1,
    permissions: { contents: 'write', checks: 'read', pull_requests: 'write', issues: 'write' },
    events: ['pull_request'],
  });
  expect(grantWarnings(required, granted, 'installation 7').map(({ message }) => message)).toEqual([
    'installation 7 grants read to checks where write is needed; grant it and have it accepted',
    'installation 7 grants no access to merge_queues where read is needed; grant it and have it accepted',
    'installation 7 grants write to contents, more than the read that is needed; take it back',
    'installation 7 grants write to issues, more than the nothing that is needed; take it back',
    'installation 7 is not subscribed to merge_group; what it would start will not start',
  ]);
});

test('something that is not a manifest is not read as one', () => {
  expect(() => grantsOf('name: panel')).toThrow();
});
