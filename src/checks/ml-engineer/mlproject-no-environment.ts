import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../../facts/formats/dvc.ts';
import { type MlflowProject, mlflowProjects } from '../../facts/formats/training.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOCAL = /env[-_]manager[=\s:"']+local/;

/** It only starts other projects, which have environments of their own. */
function chains(project: MlflowProject, all: readonly MlflowProject[]): boolean {
  const folder = folderOf(project.document.path);
  const commands = project.entryPoints.map(({ command }) => command?.text ?? '');
  const below = all.some(
    ({ document }) => document !== project.document && (folder === '' || document.path.startsWith(`${folder}/`)),
  );
  return below || (commands.length > 0 && commands.every((command) => /\bmlflow\s+run\b/.test(command)));
}

/** The repository says that the project runs in the environment it finds, and locks that one. */
function runsLocally(project: Project, { document }: MlflowProject): boolean {
  const locked = project.paths.some((path) =>
    /(^|\/)(uv|poetry|pdm)\.lock$|(^|\/)Pipfile\.lock$|conda-lock\.ya?ml$/.test(path),
  );
  if (!locked) return false;
  if (LOCAL.test(document.text)) return true;
  return project.paths.some((path) => {
    const content = /\.(ya?ml|toml|py|sh|just|mk)$|(^|\/)(justfile|Makefile|MLproject)$/i.test(path)
      ? project.content(path)
      : undefined;
    return content?.kind === 'text' && LOCAL.test(content.text);
  });
}

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'MLflow project without an environment',
  why: `
    \`mlflow run\` then trains under whatever is installed where it is started. Two people get two models from one commit, and
    neither can say why.
  `,
  fix: 'Name a `python_env`, `conda_env` or `docker_env` in `MLproject`.',
  references: ['https://mlflow.org/docs/latest/ml/projects/'],
  examples: [
    bad({ MLproject: '«name»: churn\nentry_points:\n  main:\n    command: python train.py\n' }),
    bad({
      'train/MLproject':
        '«entry_points»:\n  main:\n    parameters:\n      lr: {type: float, default: 0.1}\n    command: "python train.py --lr {lr}"\n',
      'serve/MLproject': '«name»: serve\nentry_points: {main: {command: python s.py}}\n',
    }),
    bad({ 'x/MLproject': '# --env-manager=local\n«name»: x\nentry_points: {main: {command: python s.py}}\n' }),
    good({
      MLproject: 'name: all\nentry_points:\n  main:\n    command: python main.py\n',
      'a/MLproject': 'name: a\npython_env: python_env.yaml\nentry_points: {main: {command: python a.py}}\n',
      'b/MLproject': 'name: b\nconda_env: conda.yaml\nentry_points: {main: {command: python b.py}}\n',
      'c/MLproject': 'name: c\ndocker_env: {image: acme/train}\nentry_points: {main: {command: python c.py}}\n',
      'd/MLproject': 'name: d\nentry_points: {main: {command: mlflow run ../a}}\n',
    }),
    good({
      MLproject: 'name: x\nentry_points: {main: {command: python x.py}}\n',
      'tasks/train.just': 'train:\n  mlflow run --env-manager=local .\n',
      'uv.lock': 'version = 1\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const all = mlflowProjects(project);
    for (const each of all) {
      const { document, node, environment, name } = each;
      if (
        environment !== undefined ||
        node.open ||
        document.template ||
        chains(each, all) ||
        runsLocally(project, each)
      )
        continue;
      const key = node.kind === 'map' ? node.entries[0]?.keySpan : undefined;
      yield at(
        document,
        key ?? get(node)?.span ?? node.span,
        `project \`${name?.text ?? folderOf(document.path)}\` names no environment to run in`,
      );
    }
  },
});
