import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import type { DataDocument } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { prometheusRules } from '../formats/prometheus.ts';

/** The longest answer that an alert still lets pass. */
export interface LatencyObjective {
  readonly document: DataDocument;
  readonly span: Span;
  readonly seconds: number;
}

const LATENCY = /latency|duration|response_time|time_to_first|request_time/i;
const BUILD = /train|batch|etl|job|scrape|startup|load_duration/i;

/** Seconds in the unit of a metric; undefined where its name does not say the unit. */
function unitOf(metric: string): number | undefined {
  const found = /(^|_)(milliseconds|microseconds|seconds|msecs|usecs|us|ms|s)(_|$)/i.exec(metric)?.[2]?.toLowerCase();
  if (found === undefined) return undefined;
  if (/^(us|usecs|microseconds)$/.test(found)) return 1e-6;
  return /^(ms|msecs|milliseconds)$/.test(found) ? 1e-3 : 1;
}

/** Alerts on the latency of requests that compare one metric with one number. */
export const latencyObjectives: (project: Project) => readonly LatencyObjective[] = fact((project) =>
  prometheusRules(project).flatMap(
    ({ kind, document, expression, metrics, comparisons }): readonly LatencyObjective[] => {
      const metric = metrics.find((name) => LATENCY.test(name) && !BUILD.test(name));
      const unit = metric === undefined ? undefined : unitOf(metric);
      const [limit] = comparisons;
      if (kind !== 'alert' || expression === undefined || unit === undefined || limit === undefined) return [];
      // A share of slow requests is no duration.
      if (comparisons.length !== 1 || !/^>=?$/.test(limit.operator) || !/quantile/i.test(expression.text ?? ''))
        return [];
      return [{ document, span: expression.node.span, seconds: limit.value * unit }];
    },
  ),
);
