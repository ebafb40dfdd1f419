import { bad, defineConflict, evidenceOf, good, raised } from '../kit/index.ts';

const service = (gpu: string): string => `
  apiVersion: serving.kserve.io/v1beta1
  kind: InferenceService
  metadata: { name: chat }
  spec:
    predictor:
      minReplicas: 0
      model:
        modelFormat: { name: huggingface }
        storageUri: s3://models/chat/3
        resources:
          limits: { ${gpu}: "1" }
`;

export default defineConflict({
  title: 'Warm replicas against the cost of an idle accelerator',
  between: ['sre', 'data-architect'],
  tradeOff: 'availability and first-request latency against the cost of a GPU that waits',
  resolution:
    'Keep at least one warm replica for an endpoint with a latency objective, two with an availability objective; scale to zero for batch, asynchronous and development use.',
  why: 'a cold start of a large model takes minutes, and vendors call scale to zero unfit for production endpoints',
  references: ['https://docs.databricks.com/aws/en/machine-learning/model-serving/create-manage-serving-endpoints'],
  examples: [
    bad({ 'deploy/prod/chat.yaml': service('nvidia.com/gpu') }),
    good({ 'deploy/prod/chat.yaml': service('cpu') }),
  ],
  clash(scene) {
    const found = raised(scene, 'scale-to-zero-online', 'single-replica-online-serving');
    const first = evidenceOf(found);
    if (first === undefined) return undefined;
    for (const { path } of found) {
      const text = scene.project.document(path)?.text ?? '';
      const at = text.search(/nvidia\.com\/gpu|amd\.com\/gpu|workload_type:\s*GPU|ml\.(g|p)\d/);
      if (at === -1) continue;
      const line = text.slice(0, at).split('\n').length;
      return {
        first: {
          says: 'An online endpoint keeps warm replicas, or its first caller waits for the load.',
          evidence: first,
        },
        second: {
          says: 'An accelerator that waits for callers costs as much as one that works.',
          evidence: [{ path, line, note: 'holds an accelerator' }],
        },
        escalate: {
          question: 'Which objective does this endpoint have?',
          options: [
            'A latency or availability objective: keep it warm',
            'None: say so in its SLO and let it scale to zero',
          ],
        },
      };
    }
    return undefined;
  },
});
