import type { RepoPath } from '../../core/location.ts';
import { dvcPipelines } from '../../facts/formats/dvc.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** Folders whose pipelines are to be filled in by somebody else. */
const isPattern = (path: RepoPath): boolean =>
  isTemplatePath(path) ||
  tokensOf(path.slice(0, path.lastIndexOf('/') + 1)).some((token) => /^(templates?|cookiecutter\w*)$/.test(token));

const pipeline = 'stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.pkl]\n';

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Pipeline without its dvc.lock',
  why: `
    Without the lock nothing ties a commit to the data, parameters and outputs of a run: nobody can pull the model that this
    commit trained, or tell whether it was trained at all.
  `,
  fix: 'Run `dvc repro` and commit `dvc.lock`; take it out of `.gitignore` where it stands there.',
  references: ['https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#dvclock-file'],
  examples: [
    bad({
      'dvc.yaml': 'stages:\n  «train»:\n    cmd: python train.py\n',
      'ml/dvc.yaml':
        'stages:\n  fixed:\n    frozen: true\n    cmd: x\n  «each»:\n    foreach: [1, 2]\n    do:\n      cmd: run ${item}\n',
    }),
    bad({
      'dvc.yaml': changed(pipeline, pipeline.replace('  train:', '  «train»:')),
      'dvc.lock': changed('schema: "2.0"\nstages: {}\n', null),
    }),
    bad({ 'a/dvc.yml': 'stages:\n  «fit»: {cmd: python fit.py}\n', 'dvc.lock': 'schema: "2.0"\nstages: {}\n' }),
    good({
      'dvc.yaml': pipeline,
      'dvc.lock': 'schema: "2.0"\nstages: {}\n',
      'plots/dvc.yaml': 'metrics: [m.json]\nplots: [p.csv]\n',
      'frozen/dvc.yaml': 'stages:\n  import:\n    frozen: true\n    cmd: x\n',
      'template/dvc.yaml': pipeline,
      'cookiecutter-ml/dvc.yaml': pipeline,
      '{{cookiecutter.name}}/dvc.yaml': pipeline,
      'jinja/dvc.yaml': 'stages:\n{% for x in y %}\n  train:\n    cmd: {{ x }}\n{% endfor %}\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, folder, stages } of dvcPipelines(project)) {
      const lock = `${folder === '' ? '' : `${folder}/`}dvc.lock`;
      const first = stages.find(({ frozen }) => !frozen);
      // The name is a path exactly where the tree has it.
      if (first === undefined || document.template || isPattern(document.path) || project.tree.has(lock as RepoPath))
        continue;
      yield at(document, first.entry.keySpan, `the pipeline with stage \`${first.name}\` has no \`${lock}\` beside it`);
    }
  },
});
