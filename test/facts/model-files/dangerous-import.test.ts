import check from '../../../src/checks/security-auditor/mf-pickle-dangerous-import.ts';
import type { CheckId } from '../../../src/core/finding.ts';
import { bad } from '../../../src/kit/index.ts';
import { loadLanguages } from '../../../src/languages.ts';
import { perform, stage } from '../../support/examples.ts';

await loadLanguages();

const listed = { id: 'mf-pickle-dangerous-import' as CheckId, persona: 'security-auditor', check };
const run = (files: Parameters<typeof bad>[0]) => perform(listed, stage(bad(files), listed));

test('the code that loads the file stands in the finding', () => {
  const { observations } = run({
    'models/fraud.pt': "cposix\nsystem\n(S'true'\ntR.",
    'serve.py': 'import torch\n\nmodel = torch.load("models/fraud.pt", weights_only=False)\n',
    'other.py': 'import torch\n\nmodel = torch.load("models/other.pt")\n',
  });
  expect(observations).toHaveLength(1);
  expect(observations[0]?.evidence).toEqual([
    { path: 'serve.py', line: 3, note: '`torch.load` loads it with `weights_only=False`' },
  ]);
  expect(observations[0]?.message).toBe(
    '`models/fraud.pt` reaches `posix.system` when it is loaded, which starts or controls processes: REDUCE at byte 24 calls it with ("true"); `serve.py` loads it',
  );
});

test('what was not read is said, never passed over', () => {
  const { notEvaluated, observations } = run({
    'w.pt':
      'version https://git-lfs.github.com/spec/v1\noid sha256:1111111111111111111111111111111111111111111111111111111111111111\nsize 5\n',
    'x.7z': { base64: 'N3q8ryccAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
  });
  expect(observations).toEqual([]);
  expect(notEvaluated.map(({ path, reason }) => [path, reason])).toEqual([
    ['w.pt', 'it is a git-lfs pointer; the model it stands for was not read'],
    ['x.7z', 'not scanned: x.7z: compressed as 7z, which is recognised but not opened'],
  ]);
});

test('a hostile name is printed on one line, without backticks', () => {
  const { observations } = run({ 'm.pkl': "cposix\nsys`tem\u202e\n(S'true'\ntR." });
  expect(observations[0]?.message).not.toMatch(/\u202e|sys`tem/);
});
