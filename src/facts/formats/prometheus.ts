import { fact } from '../../core/fact.ts';
import { type DataNode, entries, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Described, type Field, mapsAt, textAt } from './field.ts';
import { textMap } from './kubernetes.ts';
import { type Comparison, comparisonsOf, labelValues, metricNames, seconds } from './promql.ts';
import { rootsOf } from './recognise.ts';

/** An alerting or recording rule. */
export interface PrometheusRule extends Described {
  readonly kind: 'alert' | 'record';
  readonly name: Field<string> | undefined;
  readonly group: string | undefined;
  readonly expression: Field<string> | undefined;
  /** Whole names; empty for an expression with a substitution. */
  readonly metrics: readonly string[];
  /** Comparisons with a number: `> 0.2`. */
  readonly comparisons: readonly Comparison[];
  /** Literal values of label matchers, `job="churn"`. */
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  readonly for: Field<string> | undefined;
  /** `for` in seconds. */
  readonly forSeconds: number | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

function ruleOf(described: Described, group: string | undefined): readonly PrometheusRule[] {
  const { node } = described;
  const alert = textAt(node, 'alert');
  const record = textAt(node, 'record');
  if (alert === undefined && record === undefined) return [];
  const expression = textAt(node, 'expr');
  const said = expression?.text ?? '';
  const known = expression?.node.open === false ? said : '';
  const duration = textAt(node, 'for');
  return [
    {
      ...described,
      kind: alert === undefined ? 'record' : 'alert',
      name: alert ?? record,
      group,
      expression,
      metrics: metricNames(known),
      comparisons: comparisonsOf(known),
      matchers: labelValues(known),
      for: duration,
      forSeconds: duration?.value === undefined ? undefined : seconds(duration.value),
      labels: textMap(get(node, 'labels')),
      annotations: textMap(get(node, 'annotations')),
    },
  ];
}

/** Rules of rule files and of PrometheusRule objects. */
export const prometheusRules: (project: Project) => readonly PrometheusRule[] = fact((project) =>
  [
    ...rootsOf(project, 'prometheus-rules').map(({ document, root }) => ({ document, groups: mapsAt(root, 'groups') })),
    ...rootsOf(project, 'prometheus-rule').map(({ document, root }) => ({
      document,
      groups: mapsAt(root, 'spec', 'groups'),
    })),
  ].flatMap(({ document, groups }) =>
    groups.flatMap((group) =>
      mapsAt(group, 'rules').flatMap((node) => ruleOf({ document, node }, text(get(group, 'name')))),
    ),
  ),
);

/** A service level objective of Sloth, OpenSLO or Pyrra. */
export interface ServiceObjective extends Described {
  readonly system: 'sloth' | 'openslo' | 'pyrra';
  readonly service: string | undefined;
  readonly name: Field<string> | undefined;
  readonly objective: DataNode | undefined;
  /** Metrics of the indicator. */
  readonly metrics: readonly string[];
}

function slothObjectives(project: Project): readonly ServiceObjective[] {
  return rootsOf(project, 'sloth').flatMap(({ document, root }) => {
    const spec = get(root, 'spec') ?? root;
    return mapsAt(spec, 'slos').map((node) => ({
      document,
      node,
      system: 'sloth' as const,
      service: text(get(spec, 'service')),
      name: textAt(node, 'name'),
      objective: get(node, 'objective'),
      metrics: entries(get(node, 'sli', 'events') ?? get(node, 'sli', 'raw')).flatMap(({ value }) =>
        metricNames(text(value) ?? ''),
      ),
    }));
  });
}

export const serviceObjectives: (project: Project) => readonly ServiceObjective[] = fact((project) => [
  ...slothObjectives(project),
  ...rootsOf(project, 'openslo')
    .filter(({ root }) => text(get(root, 'kind')) === 'SLO')
    .map(({ document, root }) => ({
      document,
      node: root,
      system: 'openslo' as const,
      service: text(get(root, 'spec', 'service')),
      name: textAt(root, 'metadata', 'name'),
      objective: get(root, 'spec', 'objectives', 0, 'target'),
      metrics: [],
    })),
  ...rootsOf(project, 'pyrra').map(({ document, root }) => ({
    document,
    node: root,
    system: 'pyrra' as const,
    service: undefined,
    name: textAt(root, 'metadata', 'name'),
    objective: get(root, 'spec', 'target'),
    metrics: [],
  })),
]);

/** Alertmanager's routes and receivers. */
export const alertRoutes: (project: Project) => readonly (Described & {
  readonly receivers: readonly { readonly node: DataNode; readonly name: string; readonly notifies: boolean }[];
})[] = fact((project) =>
  rootsOf(project, 'alertmanager').map(({ document, root }) => ({
    document,
    node: root,
    receivers: mapsAt(root, 'receivers').map((node) => ({
      node,
      name: text(get(node, 'name')) ?? '',
      notifies: entries(node).some(({ key }) => key.endsWith('_configs')),
    })),
  })),
);

/** Metrics that Grafana dashboards draw. */
export const dashboardQueries: (
  project: Project,
) => readonly (Described & { readonly expression: DataNode; readonly metrics: readonly string[] })[] = fact((project) =>
  rootsOf(project, 'grafana-dashboard').flatMap(({ document, root }) =>
    mapsAt(root, 'panels').flatMap((panel) =>
      [panel, ...mapsAt(panel, 'panels')].flatMap((node) =>
        mapsAt(node, 'targets').flatMap((target) => {
          const expression = get(target, 'expr');
          return expression === undefined
            ? []
            : [{ document, node, expression, metrics: metricNames(text(expression) ?? '') }];
        }),
      ),
    ),
  ),
);
