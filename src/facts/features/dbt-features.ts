import { fact } from '../../core/fact.ts';
import { get, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { SqlDocument } from '../../documents/sql.ts';
import { type DbtModel, dbtExposures, dbtModels } from '../formats/dbt.ts';
import { entityKeys, feastViews } from './feast-views.ts';

/** A dbt model that features are read from, and how that is known. */
export interface FeatureModel {
  readonly model: DbtModel;
  /** Columns that tell one row from another, where Feast says so; the first one named `*_id` else. */
  readonly keys: readonly string[];
  readonly timestamp: string | undefined;
  readonly because: string;
}

const lastPart = (name: string): string =>
  name
    .slice(name.lastIndexOf('.') + 1)
    .replace(/["`]/g, '')
    .toLowerCase();

/** SQL files of dbt, by the name of their model. */
export const dbtSql: (project: Project) => ReadonlyMap<string, SqlDocument> = fact(
  (project) =>
    new Map(
      project
        .documents('sql')
        .map((document) => [document.path.slice(document.path.lastIndexOf('/') + 1).replace(/\.sql$/, ''), document]),
    ),
);

/** Names that the `dbtModel` tag of a feature view or source gives. */
const taggedModels = fact((project: Project): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const { text: code } of project.documents('python', ['dbtModel', 'dbt_model'])) {
    for (const match of code.matchAll(/["']dbt_?[mM]odel["']\s*:\s*["']([\w./-]{1,200})["']/g))
      found.add(lastPart((match[1] ?? '').replace(/\.sql$/, '').replaceAll('/', '.')));
  }
  return found;
});

function exposedToModels(project: Project): ReadonlySet<string> {
  const names = dbtExposures(project)
    .filter(({ type }) => type === 'ml')
    .flatMap(({ dependsOn }) => dependsOn.flatMap((each) => /ref\(\s*['"]([\w.]+)['"]/.exec(each)?.[1] ?? []));
  return new Set(names);
}

/** Every dbt model with properties that features or models are built from. */
export const featureModels: (project: Project) => readonly FeatureModel[] = fact((project) => {
  const views = feastViews(project);
  const exposed = exposedToModels(project);
  return dbtModels(project)
    .filter(({ section }) => section === 'models')
    .flatMap((model): readonly FeatureModel[] => {
      const readers = views.filter(
        ({ source }) => source?.table !== undefined && lastPart(source.table) === model.name.toLowerCase(),
      );
      const reader = readers[0];
      const path = dbtSql(project).get(model.name)?.path ?? model.document.path;
      const because =
        reader !== undefined
          ? `feature view \`${reader.name}\` reads it`
          : taggedModels(project).has(model.name.toLowerCase())
            ? 'a feature view names it'
            : exposed.has(model.name)
              ? 'an exposure for machine learning depends on it'
              : /(^|\/)(feature_store|features?)\//.test(path)
                ? 'it lies among the features'
                : undefined;
      if (because === undefined) return [];
      const keys = model.columns.map(({ name }) => name).filter((name) => entityKeys(project).has(name));
      return [{ model, keys, timestamp: reader?.source?.timestamp, because }];
    });
});

/** SQL of dbt models that a feature view reads by name and that no file of properties describes, hence none tests. */
export const undescribedModels: (project: Project) => readonly {
  readonly document: SqlDocument;
  readonly name: string;
}[] = fact((project) => {
  const described = new Set(dbtModels(project).map(({ name }) => name.toLowerCase()));
  const read = feastViews(project).flatMap(({ source }) =>
    source?.table === undefined ? [] : [lastPart(source.table)],
  );
  const names = new Set([...read, ...taggedModels(project)]);
  return [...dbtSql(project)].flatMap(([name, document]) =>
    names.has(name.toLowerCase()) &&
    !described.has(name.toLowerCase()) &&
    /\{\{\s*(ref|source|config)\(/.test(document.text)
      ? [{ document, name }]
      : [],
  );
});

/** Texts of all scalars below a node: `unique_combination_of_columns` names its columns there. */
export const textsBelow = (node: Parameters<typeof walk>[0]): readonly string[] =>
  [...walk(node)].flatMap((each) => text(each) ?? []);

/** Names that a model's SQL reads through `ref()` and `source()`. */
export function dbtInputs(document: SqlDocument | undefined): {
  readonly refs: readonly string[];
  readonly sources: readonly string[];
} {
  const code = document?.text ?? '';
  return {
    refs: [...code.matchAll(/\bref\(\s*['"]([\w.]{1,200})['"]/g)].map((match) => match[1] ?? ''),
    sources: [...code.matchAll(/\bsource\(\s*['"]([\w.]{1,200})['"]\s*,\s*['"]([\w.]{1,200})['"]/g)].map(
      (match) => `${match[1]}.${match[2]}`,
    ),
  };
}

/** Sources that feature models read, near and far. */
export const featureSources: (project: Project) => ReadonlyMap<string, string> = fact((project) => {
  const found = new Map<string, string>();
  for (const { model } of featureModels(project)) {
    const seen = new Set<string>();
    const left = [model.name];
    for (let name = left.pop(); name !== undefined && seen.size < 1000; name = left.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const { refs, sources } = dbtInputs(dbtSql(project).get(name));
      left.push(...refs);
      for (const source of sources) found.set(source, found.get(source) ?? model.name);
    }
  }
  return found;
});

export const hasKey = (model: DbtModel): boolean =>
  model.columns.some(({ constraints }) => constraints.includes('primary_key')) ||
  get(model.node, 'constraints') !== undefined;
