import type { RepoPath } from '../../core/location.ts';
import { pointerOf } from '../../documents/model-file/format/text.ts';
import type { Pointer } from '../../documents/model-file/model.ts';
import type { Project } from '../../documents/project.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

function pointerAt(project: Project, path: RepoPath): Pointer | undefined {
  const content = project.content(path);
  if (content?.kind === 'lfs-pointer') return { by: 'git-lfs', oid: content.oid, size: content.size };
  return content?.kind === 'text' && content.text.length < 4096 ? pointerOf(content.text, path) : undefined;
}

/** Pointers whose content the change replaced. */
function replaced(
  after: Project,
  before: Project,
): readonly { readonly path: RepoPath; readonly was: string; readonly by: Pointer['by'] }[] {
  return [...after.changed].flatMap((path) => {
    const was = pointerAt(before, path);
    const now = pointerAt(after, path);
    return was === undefined || now === undefined || was.oid === now.oid ? [] : [{ path, was: was.oid, by: now.by }];
  });
}

const NAMING = ['yaml', 'json', 'markdown', 'toml', 'text'] as const;

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Pointer to new data beside a record of the old',
  why: `
    The change points to other bytes, but a lock, a manifest or a model card still names the old hash. Whoever reproduces the model
    from that record gets other data than the one in the repository, and the card describes a model that is no longer there.
  `,
  fix: 'Run `dvc commit` or `dvc repro`, update the hash in the card or manifest, and commit it with the pointer.',
  references: ['https://dvc.org/doc/user-guide/project-structure/dvc-files', 'https://git-lfs.com'],
  examples: [
    bad({
      'data/train.csv.dvc': changed(
        'outs:\n- md5: 1111aaaa2222bbbb3333cccc4444dddd\n  path: train.csv\n',
        'outs:\n- md5: 9999aaaa2222bbbb3333cccc4444dddd\n  path: train.csv\n',
      ),
      'dvc.lock':
        'schema: "2.0"\nstages:\n  train:\n    cmd: x\n    deps:\n    - path: data/train.csv\n      md5: «1111aaaa2222bbbb3333cccc4444dddd»\n',
    }),
    bad({
      'w.safetensors': changed(
        'version https://git-lfs.github.com/spec/v1\noid sha256:1111111111111111111111111111111111111111111111111111111111111111\nsize 5\n',
        'version https://git-lfs.github.com/spec/v1\noid sha256:2222222222222222222222222222222222222222222222222222222222222222\nsize 6\n',
      ),
      'MODEL_CARD.md': '# Card\n\nWeights: «1111111111111111111111111111111111111111111111111111111111111111»\n',
    }),
    good({
      'data/train.csv.dvc': changed(
        'outs:\n- md5: 1111aaaa2222bbbb3333cccc4444dddd\n  path: train.csv\n',
        'outs:\n- md5: 9999aaaa2222bbbb3333cccc4444dddd\n  path: train.csv\n',
      ),
      'dvc.lock': changed(
        'schema: "2.0"\nstages:\n  train:\n    deps:\n    - md5: 1111aaaa2222bbbb3333cccc4444dddd\n',
        'schema: "2.0"\nstages:\n  train:\n    deps:\n    - md5: 9999aaaa2222bbbb3333cccc4444dddd\n',
      ),
    }),
    good({
      'data/new.csv.dvc': 'outs:\n- md5: 1111aaaa2222bbbb3333cccc4444dddd\n  path: new.csv\n',
      'README.md': 'hash 1111aaaa2222bbbb3333cccc4444dddd\n',
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    for (const { path, was, by } of replaced(after, before).slice(0, 200)) {
      for (const document of NAMING.flatMap((kind) => after.documents(kind, [was]))) {
        const start = document.text.indexOf(was);
        if (document.path === path || start === -1) continue;
        const pointer = after.document(path);
        const evidence =
          pointer === undefined ? [] : [seen(pointer, { start: 0, end: 0 }, `this ${by} pointer has another hash now`)];
        yield at(
          document,
          { start, end: start + was.length },
          `\`${document.path}\` still names the hash that \`${path}\` had before`,
          { evidence },
        );
      }
    }
  },
});
