import { repoPath } from '../../../src/core/location.ts';
import { gitDependencies } from '../../../src/facts/security/git-references.ts';
import { projectOf } from '../formats/project.ts';

function kinds(text: string): readonly string[] {
  const document = projectOf({ 'requirements.txt': text }).document(repoPath('requirements.txt'));
  return document === undefined ? [] : gitDependencies(document).map(({ kind }) => kind);
}

test.each([
  ['git+https://h/o/n', 'none'],
  ['git+https://h/o/n@', 'none'],
  ['git+ssh://git@h/o/n.git', 'none'],
  ['git+https://h/o/n@main', 'branch'],
  ['git+https://h/o/n@feature/x', 'branch'],
  ['git+https://h/o/n@deadbeef', 'branch'],
  ['git+https://h/o/n@v1.2', 'tag'],
  ['git+https://h/o/n@release-1.2', 'tag'],
  ['git+https://h/o/n@9f8b1c2', 'commit'],
  ['git+https://h/o/n@4b259e', 'commit'],
  ['git+https://h/o/n@202311', 'branch'],
  ['n @ git+https://h/o/n@9f8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b', 'commit'],
])('%s is tied to a %s', (text, kind) => {
  expect(kinds(`${text}\n`)).toEqual([kind]);
});

test('a reference that a variable holds is not judged', () => {
  expect(kinds('git+https://h/o/n@${REF}\nhttps://h/o/n.whl\n')).toEqual([]);
});
