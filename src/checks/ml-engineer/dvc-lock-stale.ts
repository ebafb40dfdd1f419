import { repoPath } from '../../core/location.ts';
import { bool, type DataNode, get, number, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import {
  type DvcLock,
  type DvcParam,
  type DvcRecord,
  type DvcStage,
  dvcLocks,
  dvcPipelines,
  within,
} from '../../facts/formats/dvc.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

interface Difference {
  readonly node: DataNode;
  readonly says: string;
}

const squeeze = (command: string): string => command.replace(/\\?\s+/g, ' ').trim();

function commandDiffers({ commands }: DvcStage, record: DvcRecord): Difference | undefined {
  const [first] = commands;
  if (first === undefined || commands.some((each) => each.open)) return undefined;
  const now = commands.map((each) => squeeze(text(each) ?? ''));
  const then = record.commands.map(squeeze);
  return now.join('\n') === then.join('\n')
    ? undefined
    : { node: first, says: `runs \`${now[0]}\` and the lock recorded \`${then[0] ?? ''}\`` };
}

function depsDiffer({ deps }: DvcStage, record: DvcRecord): Difference | undefined {
  const added = deps.find(
    ({ node, text: path }) =>
      !node.open && !record.deps.has(path) && !record.deps.has(path.replace(/^\.\//, '').replace(/\/$/, '')),
  );
  return added === undefined
    ? undefined
    : { node: added.node, says: `depends on \`${added.text}\`, which the lock does not know` };
}

/** Value of a parameter at head, read from its own file. */
function valueAt(project: Project, folder: string, { file, key }: DvcParam): DataNode | undefined {
  const path = within(folder, file);
  const document = path === undefined || path === '' ? undefined : project.document(repoPath(path));
  if (document === undefined || !('roots' in document) || key === undefined) return undefined;
  return get(document.roots[0], ...key.split('.'));
}

function same(a: DataNode, b: DataNode): boolean {
  const [x, y] = [number(a), number(b)];
  if (x !== undefined && y !== undefined) return x === y;
  if (bool(a) !== undefined && bool(a) === bool(b)) return true;
  return text(a) === text(b);
}

function paramDiffers(project: Project, folder: string, stage: DvcStage, record: DvcRecord): Difference | undefined {
  for (const param of stage.params) {
    const recorded = record.params.get(`${param.file}\0${param.key}`);
    const now = valueAt(project, folder, param);
    if (recorded?.kind !== 'scalar' || now?.kind !== 'scalar' || now.open || same(recorded, now)) continue;
    return {
      node: param.node,
      says: `takes \`${param.key}\` = ${text(now) ?? 'null'} and the lock recorded ${text(recorded) ?? 'null'}`,
    };
  }
  return undefined;
}

function differenceOf(project: Project, folder: string, stage: DvcStage, lock: DvcLock): Difference | undefined {
  if (stage.frozen || stage.templated) return undefined;
  const record = lock.records.get(stage.name);
  if (record === undefined) return { node: stage.entry.value, says: 'has never been run: the lock does not know it' };
  return commandDiffers(stage, record) ?? depsDiffer(stage, record) ?? paramDiffers(project, folder, stage, record);
}

const lock =
  'schema: "2.0"\nstages:\n  train:\n    cmd: python train.py\n    deps:\n    - path: train.py\n      md5: a\n    params:\n      params.yaml:\n        lr: 0.1\n';
const stage = (rest: string): string => `stages:\n  train:\n${rest}`;

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'dvc.lock does not belong to this pipeline',
  why: `
    The lock says which command, inputs and parameters produced the committed outputs. Where it disagrees with the pipeline, the
    model that is pulled is not the one that this code trains.
  `,
  fix: 'Run `dvc repro` and commit `dvc.lock`, or freeze the stage with a reason.',
  references: ['https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#dvclock-file'],
  examples: [
    bad({
      'dvc.yaml': changed(
        stage('    cmd: python train.py\n    deps: [train.py]\n'),
        stage('    cmd: «python train.py --epochs 5»\n    deps: [train.py]\n'),
      ),
      'dvc.lock': changed(lock, lock),
      'sub/dvc.yaml': changed(null, stage('    cmd: python train.py\n    deps: [train.py]\n    params: [«lr»]\n')),
      'sub/dvc.lock': changed(lock, lock),
      'sub/params.yaml': changed('lr: 0.1\n', 'lr: 0.2\n'),
    }),
    bad({
      'a/dvc.yaml': stage('    cmd: python train.py\n    deps: [train.py, «features.py»]\n'),
      'a/dvc.lock': changed(lock, lock),
    }),
    bad({ 'dvc.yaml': 'stages:\n  other:\n    «cmd: x»\n', 'dvc.lock': changed(lock, lock) }),
    good({
      'dvc.yaml': stage(
        '    cmd: >-\n      python\n      train.py\n    desc: trains\n    deps: [train.py]\n    params: [lr]\n    plots: [p.csv]\n',
      ),
      'dvc.lock': lock,
      'params.yaml': 'lr: 1e-1\nunused: 7\n',
      'frozen/dvc.yaml': stage('    frozen: true\n    cmd: other\n'),
      'frozen/dvc.lock': lock,
      'each/dvc.yaml': stage('    foreach: [1]\n    do:\n      cmd: run ${item}\n'),
      'each/dvc.lock': lock,
      'unlocked/dvc.yaml': stage('    cmd: other\n'),
      'first/dvc.yaml': stage('    cmd: python train.py\n    deps: [train.py]\n'),
      'first/dvc.lock': 'train:\n  cmd: python train.py\n  deps:\n  - path: train.py\n    md5: a\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, folder, stages } of dvcPipelines(project)) {
      const found = dvcLocks(project).get(folder);
      if (found === undefined || isTemplatePath(document.path)) continue;
      for (const each of stages) {
        const difference = differenceOf(project, folder, each, found);
        if (difference === undefined) continue;
        const record = found.records.get(each.name);
        const evidence = record === undefined ? [] : [seen(found.document, record.entry.keySpan, 'recorded here')];
        yield at(document, difference.node.span, `stage \`${each.name}\` ${difference.says}`, { evidence });
      }
    }
  },
});
