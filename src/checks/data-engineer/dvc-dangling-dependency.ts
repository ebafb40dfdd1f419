import { fact } from '../../core/fact.ts';
import { repoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { type DvcStage, dvcPipelines, dvcTracked } from '../../facts/formats/dvc.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Folders of every tracked file, so that a dependency on a folder is found. */
const folders = fact((project: Project): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const path of project.paths) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.add(path.slice(0, at));
  }
  return found;
});

const produced = fact((project: Project): readonly string[] =>
  dvcPipelines(project).flatMap(({ stages }) => stages.flatMap(({ outs }) => outs.flatMap(({ path }) => path ?? []))),
);

/** A stage that writes paths we cannot read may write anything. */
const writesUnknown = (stages: readonly DvcStage[]): boolean =>
  stages.some((stage) => stage.templated || stage.outs.some(({ path }) => path === undefined));

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

function exists(project: Project, path: string): boolean {
  if (path === '' || project.tree.has(repoPath(path)) || folders(project).has(path)) return true;
  const made = [...produced(project), ...dvcTracked(project)];
  return made.some((each) => isBelow(path, each) || isBelow(each, path));
}

export default defineCheck({
  evaluates: 'lineage-and-provenance',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Pipeline input that a clean clone does not have',
  why: `
    The stage depends on a path that git does not track, no \`.dvc\` file describes and no stage produces. \`dvc repro\` works on
    one machine only, and the data behind the model cannot be named.
  `,
  fix: 'Track the input with `dvc add`, import it, or add the stage that produces it.',
  references: ['https://dvc.org/doc/user-guide/pipelines/defining-pipelines'],
  examples: [
    bad({
      'dvc.yaml': `
        stages:
          prepare:
            cmd: python src/prepare.py
            deps:
              - src/prepare.py
              - «data/raw.csv»
            outs:
              - data/clean.csv
      `,
      'src/prepare.py': 'print(1)\n',
      'pipelines/score/dvc.yaml': `
        stages:
          score:
            wdir: ../..
            cmd: python score.py
            deps: [«model/weights», score.py]
      `,
      'score.py': 'print(2)\n',
    }),
    bad({
      'dvc.yaml':
        'stages:\n  a:\n    cmd: cat a b > c\n    deps:\n      - «a»\n      - «b»\n    outs:\n      - c:\n          cache: false\n',
    }),
    good({
      'dvc.yaml': `
        stages:
          fetch:
            cmd: python fetch.py
            deps: [fetch.py, "https://acme.io/data.csv", "remote://store/data", "s3://bucket/x"]
            outs: [data/raw]
            metrics:
              - metrics.json:
                  cache: false
          prepare:
            cmd: python prepare.py
            deps: [prepare.py, data/raw/part.csv, data, images/train, src, metrics.json]
      `,
      'fetch.py': 'x = 1\n',
      'prepare.py': 'x = 1\n',
      'images.dvc': 'outs:\n- md5: abc\n  path: images\n',
      'src/module.py': 'x = 1\n',
    }),
    good({
      'dvc.yaml':
        'stages:\n  train:\n    foreach: [a, b]\n    do:\n      cmd: train ${item}\n      deps: [${item}.csv]\n  next:\n    cmd: x\n    deps: [made/by/train.csv]\n',
      'template/{{cookiecutter.name}}/dvc.yaml': 'stages:\n  a:\n    cmd: x\n    deps: [data/raw.csv]\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const pipelines = dvcPipelines(project);
    const unknowable = pipelines.some(({ stages }) => writesUnknown(stages));
    for (const { document, stages } of pipelines) {
      if (unknowable || isTemplatePath(document.path)) continue;
      for (const stage of stages) {
        for (const { node, path, text } of stage.deps) {
          if (path === undefined || exists(project, path)) continue;
          const evidence = [seen(document, stage.entry.keySpan, `stage \`${stage.name}\``)];
          yield at(document, node.span, `stage \`${stage.name}\` reads \`${text}\`, which nothing tracks or produces`, {
            evidence,
          });
        }
      }
    }
  },
});
