import { lfsUrl } from '../../../src/tools/fetch/lfs.ts';
import { fetchSettings } from '../../../src/tools/fetch/settings.ts';
import { isPublic } from '../../../src/tools/fetch/wire.ts';

test('nothing is fetched unless the operator says so', () => {
  expect(fetchSettings({})).toBeUndefined();
  expect(fetchSettings({ ML_REVIEW_FETCH_MODELS: 'off', ML_REVIEW_FETCH_FILE_MB: '3' })).toBeUndefined();
  expect(fetchSettings({}, true)?.fileBytes).toBe(2 ** 30);
  const settings = fetchSettings({
    ML_REVIEW_FETCH_MODELS: 'on',
    ML_REVIEW_FETCH_FILE_MB: '3',
    ML_REVIEW_FETCH_HOST: 'LFS.acme.example:8443',
    ML_REVIEW_FETCH_TOKEN: 't',
  });
  expect(settings).toMatchObject({ fileBytes: 3 * 2 ** 20, host: 'lfs.acme.example:8443', token: 't' });
});

test('a value that cannot be meant is one sentence without the value', () => {
  expect(() => fetchSettings({ ML_REVIEW_FETCH_MODELS: 'yes' })).toThrow(/^ML_REVIEW_FETCH_MODELS: /);
  expect(() => fetchSettings({ ML_REVIEW_DVC_CACHE: 'cache' })).toThrow('ML_REVIEW_DVC_CACHE: is no absolute path');
  expect(() => fetchSettings({ ML_REVIEW_FETCH_TOKEN: 'sesame' })).toThrow(
    'ML_REVIEW_FETCH_TOKEN: needs ML_REVIEW_FETCH_HOST, the only host that it is sent to',
  );
});

test('the LFS server of a remote', () => {
  const expected = 'https://git-server.com/foo/bar.git/info/lfs';
  for (const remote of [
    'https://git-server.com/foo/bar',
    'https://git-server.com/foo/bar.git',
    'https://git-server.com/foo/bar.git/',
    'git@git-server.com:foo/bar.git',
    'ssh://git@git-server.com/foo/bar.git',
    'ssh://git@git-server.com:22/foo/bar',
    'https://user:word@git-server.com/foo/bar.git',
  ])
    expect([remote, lfsUrl(remote)?.href]).toEqual([remote, expected]);
  for (const remote of ['../models', '/srv/models.git', 'file:///srv/models.git', 'ext::sh -c true', ''])
    expect([remote, lfsUrl(remote)?.href]).toEqual([remote, undefined]);
});

test('addresses of the public internet', () => {
  for (const address of ['1.1.1.1', '140.82.112.3', '2606:4700:4700::1111'])
    expect([address, isPublic(address)]).toEqual([address, true]);
  for (const address of [
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.53',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'ff02::1',
    'nonsense',
  ])
    expect([address, isPublic(address)]).toEqual([address, false]);
});
