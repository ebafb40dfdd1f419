import type { RepoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { parseYaml } from '../../../src/documents/yaml.ts';
import { lockedModels } from '../../../src/facts/model-files/locked.ts';

const said = (path: string, text: string): readonly string[] =>
  lockedModels(parseYaml({ path: path as RepoPath, blob: 'b' as BlobId, text }));

const lock =
  "schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    deps:\n    - path: src/train.py\n      md5: 11\n    outs:\n    - path: models/a.pkl\n      md5: 22\n    - path: ../b.pt\n      md5: 33\n";

test('the models that a dvc.lock pins are said to be unread', () => {
  expect(said('dvc.lock', lock)).toEqual([
    'it pins `models/a.pkl` and 1 more by a hash; the models themselves were not read',
  ]);
  expect(said('ranker/dvc.lock', 'stages:\n  a:\n    outs:\n    - path: metrics.json\n      md5: 1\n')).toEqual([]);
  expect(said('other.lock', lock)).toEqual([]);
});
