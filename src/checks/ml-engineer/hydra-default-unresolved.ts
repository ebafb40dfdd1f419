import { fact } from '../../core/fact.ts';
import { text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../../facts/formats/dvc.ts';
import { hydraConfigs } from '../../facts/formats/packaging.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** Folders with the names, without ending, of the configurations in them. */
const options: (project: Project) => ReadonlyMap<string, ReadonlySet<string>> = fact((project) => {
  const found = new Map<string, Set<string>>();
  for (const path of project.paths) {
    const name = /([^/]+)\.ya?ml$/.exec(path)?.[1];
    if (name === undefined) continue;
    const known = found.get(folderOf(path)) ?? new Set<string>();
    found.set(folderOf(path), known.add(name));
  }
  return found;
});

/** The folders that a group may mean: below the folder of the file, or below any folder above it. */
function groupFolders(file: string, group: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    folders.push(folder === '' ? group : `${folder}/${group}`);
    if (folder === '') return folders;
  }
}

/** Options that come from code or from other places cannot be seen here. */
function comesFromElsewhere(project: Project, option: string): boolean {
  if (project.documents('yaml', ['searchpath']).some((document) => document.text.includes('searchpath:'))) return true;
  return project
    .documents('python', ['ConfigStore', 'SearchPathPlugin'])
    .some((document) => document.text.includes('SearchPathPlugin') || document.text.includes(option));
}

const usesHydra = (project: Project): boolean => project.documents('python', ['hydra']).length > 0;

const main = changed(
  'import hydra\n\n@hydra.main(config_path="conf", config_name="config")\ndef run(cfg):\n    pass\n',
  'import hydra\n\n@hydra.main(config_path="conf", config_name="config")\ndef run(cfg):\n    pass\n',
);

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  title: 'Hydra default names a configuration that is not there',
  why: `
    Hydra stops when it composes the configuration, so the entry point that reads this file cannot run from a clean clone: a run
    that worked used a file that was never committed.
  `,
  fix: 'Commit the file, or correct the name of the option.',
  references: ['https://hydra.cc/docs/advanced/defaults_list/'],
  examples: [
    bad({
      'train.py': main,
      'conf/config.yaml': 'defaults:\n  - _self_\n  - model: «transformer»\n  - db@store: «mysql»\n',
      'conf/model/cnn.yaml': 'lr: 0.1\n',
      'conf/db/postgres.yaml': 'host: x\n',
    }),
    bad({
      'train.py': main,
      'conf/config.yaml': 'defaults:\n  - model: [cnn, «rnn»]\n  - /data: «small»\n',
      'conf/model/cnn.yaml': 'a: 1\n',
      'conf/data/big.yaml': 'a: 1\n',
    }),
    good({
      'train.py': main,
      'conf/config.yaml':
        'defaults:\n  - _self_\n  - base\n  - model: cnn\n  - optional data: missing\n  - override hydra/launcher: joblib\n  - hydra/job_logging: colorlog\n  - plugin: x\n  - model@other: ${choice}\n  - model: null\n  - model: ???\n  - data: big.yaml\n  - pkg://lib/conf: x\n',
      'conf/base.yaml': 'a: 1\n',
      'conf/model/cnn.yaml': 'defaults:\n  - layers: deep\n',
      'conf/model/layers/deep.yaml': 'a: 1\n',
      'conf/data/big.yaml': 'a: 1\n',
    }),
    good({
      'train.py': changed(
        null,
        'import hydra\nfrom hydra.core.config_store import ConfigStore\nConfigStore.instance().store(group="db", name="mysql", node=X)\n',
      ),
      'conf/config.yaml': 'defaults:\n  - db: mysql\n',
      'conf/db/pg.yaml': 'a: 1\n',
    }),
    good({ 'other.yaml': 'defaults:\n  - model: x\n', 'model/y.yaml': 'a: 1\n' }),
  ],

  spans: 'project',
  *inspect(project) {
    if (!usesHydra(project)) return;
    for (const { document, defaults } of hydraConfigs(project)) {
      if (isTemplatePath(document.path)) continue;
      for (const { node, group: written } of defaults) {
        const group = written
          ?.replace(/^override\s+/, '')
          .replace(/@.*$/, '')
          .replace(/^\//, '');
        if (group === undefined || /^optional\s|^hydra(\/|$)|:\/\/|\$/.test(group) || node.kind !== 'map') continue;
        const value = node.entries[0]?.value;
        const chosen = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
        const known = groupFolders(document.path, group).flatMap((folder) => options(project).get(folder) ?? []);
        for (const option of known.length === 0 ? [] : chosen) {
          const name = option.open ? undefined : text(option)?.replace(/\.ya?ml$/, '');
          if (
            name === undefined ||
            name === '???' ||
            name.includes('/') ||
            known.some((names) => names.has(name)) ||
            comesFromElsewhere(project, name)
          )
            continue;
          yield at(document, option.span, `\`${group}\` has no option \`${name}\``);
        }
      }
    }
  },
});
