import { fact } from '../../core/fact.ts';
import { type DataNode, each, entries, get, items, keys, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** An expectation of Great Expectations. */
export interface Expectation extends Described {
  readonly type: string;
  readonly column: string | undefined;
  readonly kwargs: DataNode | undefined;
}

export interface ExpectationSuite extends Described {
  readonly name: Field<string> | undefined;
  readonly expectations: readonly Expectation[];
}

export const geSuites: (project: Project) => readonly ExpectationSuite[] = fact((project) =>
  rootsOf(project, 'great-expectations-suite').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'expectation_suite_name') ?? textAt(root, 'name'),
    expectations: mapsAt(root, 'expectations').flatMap((node) => {
      const type = text(get(node, 'expectation_type')) ?? text(get(node, 'type'));
      if (type === undefined) return [];
      const kwargs = get(node, 'kwargs');
      const pair = [get(kwargs, 'column'), get(kwargs, 'column_A'), get(kwargs, 'column_list')].find(
        (each) => each !== undefined,
      );
      return [
        {
          document,
          node,
          type,
          column:
            text(pair) ??
            (each(pair)
              .map((item) => text(item) ?? '')
              .join(',') ||
              undefined),
          kwargs,
        },
      ];
    }),
  })),
);

export interface ExpectationCheckpoint extends Described {
  readonly name: Field<string> | undefined;
  /** Suites that it runs. */
  readonly suites: readonly string[];
  /** Class names of actions; a checkpoint with none that notifies only stores its result. */
  readonly actions: readonly string[];
}

export const geCheckpoints: (project: Project) => readonly ExpectationCheckpoint[] = fact((project) =>
  rootsOf(project, 'great-expectations-checkpoint').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'name'),
    suites: [...walk(root)].flatMap((node) => text(get(node, 'expectation_suite_name')) ?? []),
    actions: [...mapsAt(root, 'action_list'), ...mapsAt(root, 'actions')].flatMap(
      (action) => text(get(action, 'action', 'class_name')) ?? text(get(action, 'type')) ?? [],
    ),
  })),
);

/** One check of SodaCL. */
export interface SodaCheck extends Described {
  readonly dataset: string;
  /** `missing_count(email) = 0`, as written, without its body. */
  readonly check: string;
  /** Body of a check with `warn:`, `fail:` or settings. */
  readonly body: DataNode | undefined;
  readonly warn: DataNode | undefined;
  readonly fail: DataNode | undefined;
}

export const sodaChecks: (project: Project) => readonly SodaCheck[] = fact((project) =>
  rootsOf(project, 'soda').flatMap(({ document, root }) =>
    entries(root).flatMap(({ key, value }) => {
      const dataset = /^checks for (?:each dataset |each )?(\S+)/.exec(key)?.[1];
      if (dataset === undefined) return [];
      return items(value).flatMap((node) => {
        const check = text(node) ?? keys(node)[0];
        const body = node.kind === 'map' ? entries(node)[0]?.value : undefined;
        return check === undefined
          ? []
          : [{ document, node, dataset, check, body, warn: get(body, 'warn'), fail: get(body, 'fail') }];
      });
    }),
  ),
);

/** A column of a pandera schema kept in YAML or JSON. */
export interface PanderaColumn extends Described {
  readonly name: string;
  readonly dtype: Field<string> | undefined;
  readonly nullable: Field<boolean> | undefined;
  readonly required: Field<boolean> | undefined;
  readonly coerce: Field<boolean> | undefined;
  readonly checks: DataNode | undefined;
}

export const panderaSchemas: (project: Project) => readonly (Described & {
  readonly strict: Field<boolean> | undefined;
  readonly columns: readonly PanderaColumn[];
})[] = fact((project) =>
  rootsOf(project, 'pandera').map(({ document, root }) => ({
    document,
    node: root,
    strict: boolAt(root, 'strict'),
    columns: entries(get(root, 'columns')).map(({ key: name, value: node }) => ({
      document,
      node,
      name,
      dtype: textAt(node, 'dtype'),
      nullable: boolAt(node, 'nullable'),
      required: boolAt(node, 'required'),
      coerce: boolAt(node, 'coerce'),
      checks: get(node, 'checks'),
    })),
  })),
);
