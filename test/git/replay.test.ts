import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { readChange } from '../../src/git/change.ts';
import { snapshotFromJson, snapshotToJson } from '../../src/git/replay.ts';
import { cleanUp, commit, open, repository, write } from './temporary.ts';

afterEach(cleanUp);

test('a snapshot survives being written and read', async () => {
  const dir = repository();
  write(dir, 'a.py', 'a\n');
  write(dir, 'run.sh', 'x\n');
  const base = commit(dir);
  write(dir, 'a.py', 'b\u2028\n');
  write(dir, 'line\nend.bin', Buffer.from([0, 255, 128]));
  write(dir, 'long.txt', Buffer.alloc(6 * 1024 * 1024, 'a'));
  write(dir, 'p.pt', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`);
  chmodSync(join(dir, 'run.sh'), 0o755);
  commit(dir);
  const { snapshot } = await readChange(await open(dir), { base });
  const conversation = { number: 7, title: 'x', author: 'y', labels: ['ml-review'] };
  const whole = { ...snapshot, conversation };
  expect(whole.changes).toHaveLength(5);
  expect(snapshotFromJson(snapshotToJson(whole))).toEqual(whole);
  expect(snapshotFromJson(snapshotToJson(snapshot))).toEqual(snapshot);
});

test('other JSON is refused', () => {
  expect(() => snapshotFromJson('{}')).toThrow(RangeError);
  expect(() => snapshotFromJson('null')).toThrow(RangeError);
});
