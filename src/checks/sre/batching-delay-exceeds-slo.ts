import type { Span } from '../../core/location.ts';
import type { DataDocument } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { kserveServices } from '../../facts/formats/kserve.ts';
import { rayServices } from '../../facts/formats/ray.ts';
import { tritonModels } from '../../facts/formats/servers.ts';
import { type LatencyObjective, latencyObjectives } from '../../facts/monitoring/latency.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** More of the objective than this and nothing is left for the network and the model. */
const SHARE = 0.3;

interface Delay {
  readonly document: DataDocument;
  readonly span: Span;
  readonly seconds: number;
  readonly service: string;
  readonly setting: string;
}

function delays(project: Project): readonly Delay[] {
  return [
    ...tritonModels(project).flatMap(({ document, name, queueDelayMicroseconds: field }): readonly Delay[] => {
      const service = name?.text ?? document.path.split('/').at(-2) ?? '';
      return field?.value === undefined
        ? []
        : [
            {
              document,
              span: field.node.span,
              seconds: field.value / 1_000_000,
              service,
              setting: 'max_queue_delay_microseconds',
            },
          ];
    }),
    ...kserveServices(project).flatMap(({ document, name, components }) =>
      components.flatMap(({ batcher }): readonly Delay[] =>
        batcher?.maxLatency?.value === undefined
          ? []
          : [
              {
                document,
                span: batcher.maxLatency.node.span,
                seconds: batcher.maxLatency.value / 1000,
                service: name?.text ?? '',
                setting: 'maxLatency',
              },
            ],
      ),
    ),
    ...rayServices(project).flatMap(({ document, name, settings }) =>
      settings
        .filter(({ key, value }) => key === 'batch_wait_timeout_s' && Number(value) > 0)
        .map(
          ({ start, end, value, key }): Delay => ({
            document,
            span: { start, end },
            seconds: Number(value),
            service: name?.text ?? '',
            setting: key,
          }),
        ),
    ),
  ];
}

/** The strictest objective that names the service; any where the repository batches for one service alone. */
function objectiveOf(
  delay: Delay,
  objectives: readonly LatencyObjective[],
  alone: boolean,
): LatencyObjective | undefined {
  const words = tokensOf(delay.service).filter((word) => word.length > 2);
  const own = objectives.filter(({ about }) => alone || (words.length > 0 && words.every((word) => about.has(word))));
  return [...own].sort((a, b) => a.seconds - b.seconds)[0];
}

const rules = (expr: string): string => `groups:\n- name: churn\n  rules:\n  - alert: Slow\n    expr: ${expr}\n`;
const triton = (delay: string): string =>
  `name: "churn"\nbackend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching { max_queue_delay_microseconds: ${delay} }\n`;
const p95 = 'histogram_quantile(0.95, rate(churn_request_latency_seconds_bucket[5m])) > 0.2';

export default defineCheck({
  evaluates: 'inference-latency',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Batching waits for most of the latency objective',
  why: 'A request that comes alone is held back for the whole delay. What remains of the objective has to pay for the network, the queue and the model.',
  fix: 'Keep the delay below a third of the objective, or change the objective with those who rely on it.',
  references: [
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/batcher.html#delayed-batching',
    'https://kserve.github.io/website/docs/model-serving/predictive-inference/batcher',
    'https://docs.ray.io/en/latest/serve/advanced-guides/dyn-req-batch.html',
  ],
  examples: [
    bad({ 'models/churn/config.pbtxt': triton('«100000»'), 'rules.yaml': rules(p95) }),
    bad({
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    batcher: {maxBatchSize: 32, maxLatency: «5000»}\n    sklearn: {}\n',
      'slo.yaml':
        'version: prometheus/v1\nservice: churn\nslos:\n- name: latency\n  objective: 99\n  sli:\n    events:\n      error_query: sum(rate(request_duration_seconds_bucket{le="0.5"}[5m]))\n',
    }),
    bad({
      'ray.yaml':
        'apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: churn}\nspec:\n  serveConfigV2: |\n    applications:\n    - name: churn\n      import_path: a:b\n      deployments:\n      - name: M\n        user_config:\n          batch_wait_timeout_s: «0.5»\n',
      'rules.yaml': rules('churn_latency_ms > 300'),
    }),
    bad({
      'models/rank/config.pbtxt': triton('«900000»').replace('"churn"', '"rank"'),
      'models/churn/config.pbtxt': triton('100'),
      'rules.yaml': rules('rank_request_duration_seconds > 1'),
    }),
    good({ 'models/churn/config.pbtxt': triton('5000'), 'rules.yaml': rules(p95) }),
    good({ 'models/churn/config.pbtxt': triton('100000') }),
    good({
      'models/churn/config.pbtxt': triton('100000'),
      'models/rank/config.pbtxt': triton('100').replace('churn', 'rank'),
      'rules.yaml': rules('web_request_latency_seconds > 0.1').replace('name: churn', 'name: web'),
    }),
    good({ 'models/churn/config.pbtxt': triton('100000'), 'rules.yaml': rules('churn_latency > 0.2') }),
  ],

  spans: 'project',
  *inspect(project) {
    const objectives = latencyObjectives(project);
    if (objectives.length === 0) return;
    const all = delays(project);
    for (const delay of all) {
      const objective = objectiveOf(delay, objectives, all.length === 1);
      if (objective === undefined || delay.seconds <= SHARE * objective.seconds || isTemplatePath(delay.document.path))
        continue;
      const evidence = [seen(objective.document, objective.span, `the objective of ${objective.seconds} s`)];
      yield at(
        delay.document,
        delay.span,
        `\`${delay.setting}\` of \`${delay.service}\` may hold a request for ${delay.seconds} s of an objective of ${objective.seconds} s`,
        { evidence },
      );
    }
  },
});
