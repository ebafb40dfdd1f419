import type { Evidence } from '../core/finding.ts';
import type { Project } from '../documents/project.ts';
import { tritonModels } from '../facts/formats/servers.ts';
import { latencyObjectives } from '../facts/monitoring/latency-objectives.ts';
import { bad, defineConflict, good, seen } from '../kit/index.ts';

/** Of the objective, that waiting for a batch may use up. */
const SHARE = 0.3;

const model = (microseconds: number): string =>
  `name: "ranker"\nbackend: "onnxruntime"\nmax_batch_size: 64\ndynamic_batching { max_queue_delay_microseconds: ${microseconds} }\n`;
const alert =
  'groups:\n- name: ranker\n  rules:\n  - alert: SlowRanker\n    expr: histogram_quantile(0.95, sum by (le) (rate(ranker_request_duration_seconds_bucket[5m]))) > 0.1\n    for: 5m\n';

interface Waiting {
  readonly evidence: Evidence;
  readonly seconds: number;
}

const waits = (project: Project): readonly Waiting[] =>
  tritonModels(project).flatMap(({ document, queueDelayMicroseconds: delay }): readonly Waiting[] => {
    if (delay?.value === undefined) return [];
    const seconds = delay.value / 1e6;
    return [
      { evidence: seen(document, delay.node.span, `a request waits up to ${seconds * 1000} ms for a batch`), seconds },
    ];
  });

export default defineConflict({
  title: 'Fuller batches against a latency objective',
  between: ['ml-engineer', 'sre'],
  tradeOff: 'throughput of the accelerator against the time that each request takes',
  resolution:
    'Let waiting for a batch take at most 30 % of the latency objective, bound the queue, and add a load test that shows the percentile.',
  why: 'the objective is what was promised to callers, and a fuller batch is not',
  references: ['https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/batcher.html'],
  examples: [
    bad({ 'models/ranker/config.pbtxt': model(60_000), 'alerts/ranker.yaml': alert }),
    good({ 'models/ranker/config.pbtxt': model(5_000), 'alerts/ranker.yaml': alert }),
    good({ 'models/ranker/config.pbtxt': model(60_000) }),
  ],
  clash({ project }) {
    const [objective] = [...latencyObjectives(project)].sort((a, b) => a.seconds - b.seconds);
    if (objective === undefined) return undefined;
    const [slow] = waits(project).filter(({ seconds }) => seconds > SHARE * objective.seconds);
    if (slow === undefined) return undefined;
    if (![slow.evidence.path, objective.document.path].some((path) => project.changed.has(path))) return undefined;
    return {
      first: {
        says: 'Waiting for more requests fills the batches, and the accelerator serves more of them.',
        evidence: [slow.evidence],
      },
      second: {
        says: 'Requests are to be answered within the objective, waiting included.',
        evidence: [seen(objective.document, objective.span, `alerts above ${objective.seconds * 1000} ms`)],
      },
      escalate: {
        question: 'Is the latency objective promised to callers of this model?',
        options: [
          'Yes: shorten the delay',
          'No, it is internal or of another service: keep the delay and write down its own objective',
        ],
      },
    };
  },
});
