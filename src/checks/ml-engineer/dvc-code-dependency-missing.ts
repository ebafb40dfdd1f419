import type { RepoPath } from '../../core/location.ts';
import { text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { shellCommands } from '../../documents/shell.ts';
import { type DvcStage, dvcPipelines, within } from '../../facts/formats/dvc.ts';
import { type RunScript, scriptOf } from '../../facts/formats/scripts.ts';
import { spanWithin } from '../../facts/formats/written.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { moduleFile } from '../../facts/python/modules.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** The tracked file that the command runs; undefined for modules and scripts from elsewhere. */
function fileOf(project: Project, { home }: DvcStage, { text: said, module }: RunScript): string | undefined {
  if (module) return moduleFile(project, `${home === '' ? '' : `${home}/`}dvc.yaml` as RepoPath, said);
  const path = within(home, said);
  // A path is known to be one when the tree has it.
  return path !== undefined && project.tree.has(path as RepoPath) ? path : undefined;
}

const covers = (dep: string | undefined, file: string): boolean =>
  dep === '' || dep === file || (dep !== undefined && file.startsWith(`${dep}/`));

const script = changed('print(1)\n', 'print(1)\n');
const stages = (body: string): string => `stages:\n${body}`;

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'Stage does not depend on the code that it runs',
  why: `
    DVC runs a stage again only when something in its \`deps\` changed. Where the script is not among them, new training code
    leaves the old model in place and \`dvc repro\` reports that everything is up to date.
  `,
  fix: 'Put the script and the local modules that it imports into `deps` of the stage.',
  references: ['https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#stages'],
  examples: [
    bad({
      'src/train.py': script,
      'dvc.yaml': stages(
        '  train:\n    cmd: python «src/train.py» --epochs 5\n    deps: [data/train.csv]\n  score:\n    cmd: poetry run python3 -u «src/train.py»\n    deps:\n      - data/x.csv\n',
      ),
    }),
    bad({
      'src/train.py': script,
      'dvc.yaml': changed(
        stages('  train:\n    cmd: python src/train.py\n    deps: [data, src/train.py]\n'),
        stages('  train:\n    cmd: python «src/train.py»\n    deps: [data]\n'),
      ),
    }),
    bad({
      'pkg/model/fit.py': script,
      'ml/steps/eval.py': script,
      'dvc.yaml': stages(
        '  fit:\n    cmd:\n      - mkdir -p out\n      - python -m «pkg.model.fit» out\n    deps: [data]\n',
      ),
      'ml/dvc.yaml': stages('  eval:\n    wdir: steps\n    cmd: "torchrun --nproc 2 «eval.py»"\n    deps: [../data]\n'),
    }),
    good({
      'src/train.py': script,
      'src/lib.py': script,
      'dvc.yaml': stages(
        '  whole:\n    cmd: python src/train.py\n    deps: [src]\n  always:\n    always_changed: true\n    cmd: python src/train.py\n  wrapper:\n    cmd: bash run.sh\n    deps: [run.sh]\n  elsewhere:\n    cmd: python /opt/tools/x.py && python -m pip list\n  vars:\n    cmd: python ${script}\n  inline:\n    cmd: python -c "import src"\n  dotted:\n    cmd: python ./src/train.py\n    deps: [./src/train.py]\n  frozen:\n    frozen: true\n    cmd: python src/train.py\n  each:\n    foreach: [a]\n    do:\n      cmd: python src/train.py ${item}\n  open:\n    cmd: python src/train.py\n    deps: ["${code}"]\n',
      ),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, stages: all } of dvcPipelines(project)) {
      if (isTemplatePath(document.path)) continue;
      for (const stage of all) {
        if (stage.frozen || stage.alwaysChanged || stage.templated || stage.deps.some(({ path }) => path === undefined))
          continue;
        for (const node of stage.commands) {
          const found = shellCommands(text(node) ?? '').flatMap((command) => scriptOf(command) ?? []);
          const missing = found.find((each) => {
            const file = fileOf(project, stage, each);
            return file !== undefined && !stage.deps.some(({ path }) => covers(path, file));
          });
          if (missing === undefined) continue;
          const span = spanWithin(node, missing.text, missing.word.span.start);
          yield at(document, span, `stage \`${stage.name}\` runs \`${missing.text}\`, which is not among its \`deps\``);
        }
      }
    }
  },
});
