import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { type DataDocument, get, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { cloudwatchAlarms } from '../formats/cloudformation.ts';
import { prometheusRules, serviceObjectives } from '../formats/prometheus.ts';
import { terraformResources } from '../formats/terraform.ts';
import { tokensOf } from '../paths.ts';

/** How fast answers have to be. */
export interface LatencyObjective {
  readonly document: DataDocument;
  readonly span: Span;
  readonly seconds: number;
  /** Everything that it says about whom it is for. */
  readonly about: ReadonlySet<string>;
}

const LATENCY = /latency|duration|response_?time/i;

/** Seconds of a number in a metric's unit; undefined where the unit is not said. */
function inSeconds(metric: string, value: number): number | undefined {
  if (/_(ms|milliseconds?|millis)(_|$)/i.test(metric)) return value / 1000;
  if (/_(us|microseconds?)(_|$)/i.test(metric)) return value / 1_000_000;
  return /_seconds?(_|$)/i.test(metric) ? value : undefined;
}

function ofAlerts(project: Project): readonly LatencyObjective[] {
  return prometheusRules(project).flatMap(
    ({
      kind,
      document,
      expression,
      metrics,
      comparisons,
      matchers,
      name,
      labels,
      group,
    }): readonly LatencyObjective[] => {
      const metric = metrics.find((each) => LATENCY.test(each));
      const limit = comparisons.find(({ operator }) => operator.startsWith('>'));
      if (kind !== 'alert' || expression === undefined || metric === undefined || limit === undefined) return [];
      const seconds = inSeconds(metric, limit.value);
      if (seconds === undefined || seconds <= 0) return [];
      const about = new Set(
        tokensOf(
          [name?.text ?? '', group ?? '', metric, ...matchers.map(({ value }) => value), ...labels.values()].join(' '),
        ),
      );
      return [{ document, span: expression.node.span, seconds, about }];
    },
  );
}

/** The bucket of a histogram that an objective counts as good: `le="0.3"`. */
function ofObjectives(project: Project): readonly LatencyObjective[] {
  return serviceObjectives(project).flatMap(({ document, node, name, service }) =>
    [...walk(node)].flatMap((at): readonly LatencyObjective[] => {
      const said = at.kind === 'scalar' ? (text(at) ?? '') : '';
      const bound = /\ble=~?"(\d+(?:\.\d+)?)"/.exec(said)?.[1];
      if (bound === undefined || !LATENCY.test(said)) return [];
      const metric = /([a-z_]\w*)_bucket/i.exec(said)?.[1] ?? '';
      const seconds = inSeconds(metric, Number(bound));
      return seconds === undefined || seconds <= 0
        ? []
        : [
            {
              document,
              span: at.span,
              seconds,
              about: new Set(tokensOf(`${service ?? ''} ${name?.text ?? ''} ${said.slice(0, 500)}`)),
            },
          ];
    }),
  );
}

/** Every latency objective of the repository with a number. */
export const latencyObjectives: (project: Project) => readonly LatencyObjective[] = fact((project) => [
  ...ofAlerts(project),
  ...ofObjectives(project),
]);

const SERVED =
  /latency|duration|response_?time|error|5xx|4xx|failure|availab|success|\bup\b|ttft|time_to_first|invocation/i;

/** True where something of the repository watches how fast or how reliably requests are answered. */
export function watchesService(project: Project): boolean {
  return (
    serviceObjectives(project).length > 0 ||
    prometheusRules(project).some(
      ({ kind, metrics, expression }) =>
        kind === 'alert' && (metrics.some((metric) => SERVED.test(metric)) || expression?.node.open === true),
    ) ||
    cloudwatchAlarms(project).some(
      ({ metric, namespace }) => SERVED.test(metric?.text ?? '') || /AWS\/SageMaker$/.test(namespace?.text ?? ''),
    ) ||
    terraformResources(
      project,
      /^(aws_cloudwatch_metric_alarm|google_monitoring_(alert_policy|slo)|azurerm_monitor_metric_alert|datadog_(monitor|service_level_objective))$/,
    ).some(({ document, node }) => SERVED.test(document.text.slice(node.span.start, node.span.end))) ||
    project
      .documents('yaml', ['AnalysisTemplate', 'openslo', 'sloth', 'ServiceMonitor', 'metricAlerts', 'azuremonitor'])
      .some(({ roots }) =>
        roots.some((root) => /^(AnalysisTemplate|SLO|ClusterAnalysisTemplate)$/.test(text(get(root, 'kind')) ?? '')),
      )
  );
}
