import type { Span } from '../../core/location.ts';
import { get, literal } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { autoscalers } from '../formats/autoscaling.ts';
import { mapsAt } from '../formats/field.ts';
import { kubernetesServices, kubernetesWorkloads, objectsOf, textMap } from '../formats/kubernetes.ts';
import { dashboardQueries, prometheusRules } from '../formats/prometheus.ts';
import { emittedMetrics } from '../system/draw-code.ts';
import { mentionsOf } from '../system/reach.ts';

/** A reference that a change leaves behind. */
export interface Orphan {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly says: string;
  readonly was: { readonly document: DocumentBase; readonly span: Span };
  /** A pattern that still fits something alive. */
  readonly partly?: boolean;
}

type Place = Orphan['was'];

/** Names of services and workloads with where they stand. */
function targets(project: Project): ReadonlyMap<string, Place> {
  const scraped = project.documents('yaml', ['scrape_configs']).flatMap((document) =>
    document.roots.flatMap((root) =>
      mapsAt(root, 'scrape_configs').flatMap((config) => {
        const job = get(config, 'job_name');
        const name = literal(job);
        return job === undefined || name === undefined ? [] : [[name, { document, span: job.span }] as const];
      }),
    ),
  );
  return new Map([
    ...scraped,
    ...[...kubernetesServices(project), ...kubernetesWorkloads(project)].flatMap(({ name, document }) =>
      name?.value === undefined ? [] : [[name.value, { document, span: name.node.span }] as const],
    ),
  ]);
}

const gone = (after: ReadonlyMap<string, unknown>, before: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> =>
  new Map([...before].filter(([name]) => !after.has(name)));

const LABELS = /^(job|service|deployment|app|container|destination_service_name|kubernetes_name)$/;

function* alerts(
  after: Project,
  lost: ReadonlyMap<string, Place>,
  alive: ReadonlyMap<string, Place>,
): Generator<Orphan> {
  for (const { document, name, expression, matchers, kind } of prometheusRules(after)) {
    for (const { label, operator, value } of matchers) {
      if (!LABELS.test(label) || !/^=~?$/.test(operator) || expression === undefined) continue;
      const names = operator === '=' ? [value] : value.split('|');
      const dead = names.find((each) => lost.has(each));
      const was = dead === undefined ? undefined : lost.get(dead);
      if (was === undefined) continue;
      const says = `${kind === 'alert' ? 'alert' : 'recording rule'} \`${name?.text ?? ''}\` selects ${label} \`${dead}\`, which this change removes`;
      yield { document, span: expression.node.span, says, was, partly: names.some((each) => alive.has(each)) };
    }
  }
}

function* scalers(after: Project, lost: ReadonlyMap<string, Place>): Generator<Orphan> {
  for (const { document, targetName, name, system } of autoscalers(after)) {
    const was = targetName?.value === undefined ? undefined : lost.get(targetName.value);
    if (targetName === undefined || was === undefined) continue;
    yield {
      document,
      span: targetName.node.span,
      was,
      says: `${system === 'hpa' ? 'autoscaler' : 'ScaledObject'} \`${name?.text ?? ''}\` scales \`${targetName.text ?? ''}\`, which this change removes`,
    };
  }
}

/** Monitors of Prometheus whose labels no service has any more. */
function* scrapes(after: Project, before: Project): Generator<Orphan> {
  const finds = (project: Project, labels: ReadonlyMap<string, string>) =>
    kubernetesServices(project).find(
      (service) => labels.size > 0 && [...labels].every(([key, value]) => service.labels.get(key) === value),
    );
  for (const { document, name, node, spec } of objectsOf(after, 'ServiceMonitor')) {
    const labels = textMap(get(spec, 'selector', 'matchLabels'));
    const was = finds(after, labels) === undefined ? finds(before, labels) : undefined;
    if (was === undefined) continue;
    yield {
      document,
      span: name?.node.span ?? node.span,
      says: `ServiceMonitor \`${name?.text ?? ''}\` finds no service any more`,
      was: { document: was.document, span: was.name?.node.span ?? was.node.span },
    };
  }
}

function* metrics(after: Project, before: Project): Generator<Orphan> {
  const lost = gone(emittedMetrics(after), emittedMetrics(before) as ReadonlyMap<string, Place>);
  const dead = (metric: string): Place | undefined => {
    const name = [metric, metric.replace(/_(total|bucket|sum|count|created)$/, '')].find((each) => lost.has(each));
    return name === undefined || mentionsOf(after, name).some(({ path }) => path.endsWith('.py'))
      ? undefined
      : lost.get(name);
  };
  for (const { document, expression, metrics: used, name } of prometheusRules(after)) {
    const metric = used.find((each) => dead(each) !== undefined);
    const was = metric === undefined ? undefined : dead(metric);
    if (was !== undefined && expression !== undefined)
      yield {
        document,
        span: expression.node.span,
        was,
        says: `rule \`${name?.text ?? ''}\` reads \`${metric}\`, which the code no longer emits`,
      };
  }
  for (const { document, expression, metrics: used } of dashboardQueries(after)) {
    const metric = used.find((each) => dead(each) !== undefined);
    const was = metric === undefined ? undefined : dead(metric);
    if (was !== undefined)
      yield {
        document,
        span: expression.span,
        was,
        says: `a panel draws \`${metric}\`, which the code no longer emits`,
      };
  }
}

/** Every reference that a change leaves without what it names. */
export function* orphans(after: Project, before: Project): Generator<Orphan> {
  const alive = targets(after);
  const lost = gone(alive, targets(before));
  yield* alerts(after, lost, alive);
  yield* scalers(after, lost);
  yield* scrapes(after, before);
  yield* metrics(after, before);
}
