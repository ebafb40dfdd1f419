import { fact } from '../../core/fact.ts';
import { type DataNode, entries, get, text, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A drift setting of Evidently: `drift_share`, `stattest_threshold`, `stattest`. */
export interface EvidentlySetting extends Described {
  readonly key: string;
  readonly value: Field<number> | undefined;
  readonly text: string | undefined;
  /** The statistical test that stands beside it. */
  readonly stattest: string | undefined;
}

const SETTING = /^(drift_share|stattest\w*|\w*_stattest\w*|\w*threshold)$/;

export const evidentlySettings: (project: Project) => readonly EvidentlySetting[] = fact((project) =>
  rootsOf(project, 'evidently-config').flatMap(({ document, root }) =>
    [...walkEntries(root)]
      .filter(({ key, value }) => SETTING.test(key) && value.kind === 'scalar')
      .map(({ key, value }) => ({
        document,
        node: value,
        key,
        value: numberAt(value),
        text: text(value),
        stattest: text(get(value.parent, key.replace(/_?threshold$/, ''))) ?? text(get(value.parent, 'stattest')),
      })),
  ),
);

/** A NannyML configuration. */
export interface NannymlConfig extends Described {
  readonly reference: DataNode | undefined;
  readonly analysis: DataNode | undefined;
  readonly target: DataNode | undefined;
  readonly calculators: readonly {
    readonly node: DataNode;
    readonly type: string;
    readonly enabled: Field<boolean> | undefined;
  }[];
  readonly scheduling: DataNode | undefined;
  readonly ignoreErrors: Field<boolean> | undefined;
}

export const nannymlConfigs: (project: Project) => readonly NannymlConfig[] = fact((project) =>
  rootsOf(project, 'nannyml').map(({ document, root }) => ({
    document,
    node: root,
    reference: get(root, 'input', 'reference_data'),
    analysis: get(root, 'input', 'analysis_data'),
    target: get(root, 'input', 'target_data'),
    calculators: [
      ...mapsAt(root, 'calculators').map((node) => ({
        node,
        type: text(get(node, 'type')) ?? '',
        enabled: boolAt(node, 'enabled'),
      })),
      ...entries(get(root, 'calculators')).map(({ key, value }) => ({
        node: value,
        type: text(get(value, 'type')) ?? key,
        enabled: boolAt(value, 'enabled'),
      })),
    ],
    scheduling: get(root, 'scheduling'),
    ignoreErrors: boolAt(root, 'ignore_errors'),
  })),
);

/** A saved drift detector of Alibi Detect, or the MLServer settings that serve one. */
export interface AlibiDetector extends Described {
  readonly name: Field<string> | undefined;
  readonly pValue: Field<number> | undefined;
  readonly reference: DataNode | undefined;
  readonly served: boolean;
}

export const alibiDetectors: (project: Project) => readonly AlibiDetector[] = fact((project) => [
  ...rootsOf(project, 'alibi-detect').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'name'),
    pValue: numberAt(root, 'p_val'),
    reference: get(root, 'x_ref'),
    served: false,
  })),
  ...mlserverModels(project)
    .filter(({ implementation }) => /AlibiDetectRuntime$/.test(implementation?.text ?? ''))
    .map(({ document, node, name }) => ({
      document,
      node,
      name,
      pValue: numberAt(node, 'parameters', 'extra', 'p_val'),
      reference: undefined,
      served: true,
    })),
]);

/** `model-settings.json` of MLServer. */
export interface MlserverModel extends Described {
  readonly name: Field<string> | undefined;
  readonly implementation: Field<string> | undefined;
  readonly uri: Field<string> | undefined;
  readonly version: Field<string> | undefined;
}

export const mlserverModels: (project: Project) => readonly MlserverModel[] = fact((project) =>
  rootsOf(project, 'mlserver').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'name'),
    implementation: textAt(root, 'implementation'),
    uri: textAt(root, 'parameters', 'uri'),
    version: textAt(root, 'parameters', 'version'),
  })),
);
