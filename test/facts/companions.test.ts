import { repoPath } from '../../src/core/location.ts';
import type { BlobId, CommitSha, Side } from '../../src/core/snapshot.ts';
import { companions } from '../../src/facts/companions.ts';

function sideOf(...paths: readonly string[]): Side {
  const tree = new Map(
    paths.map((path) => [
      repoPath(path),
      { path: repoPath(path), blob: path as BlobId, mode: 'file' as const, size: 100 },
    ]),
  );
  return { commit: 'c' as CommitSha, tree };
}

const wanted = (...paths: readonly string[]): readonly string[] =>
  [...companions({ base: sideOf(), head: sideOf(...paths) }, [], new Map())].sort();

test('TypeScript is read where the Cloud Development Kit is used, and only its stacks', () => {
  expect(wanted('lib/serving.ts', 'lib/serving.test.ts', 'web/app.ts')).toEqual([]);
  expect(wanted('cdk.json', 'lib/serving.ts', 'lib/serving.test.ts', 'web/app.ts')).toEqual([
    'cdk.json',
    'lib/serving.ts',
  ]);
});

test('configuration and Python are read, what is vendored or locked is not', () => {
  expect(
    wanted('a.py', 'deploy/a.yaml', 'infra/prod.tfvars', 'node_modules/b.yaml', 'package-lock.json', 'notes.txt'),
  ).toEqual(['a.py', 'deploy/a.yaml', 'infra/prod.tfvars']);
});
