import { pathOf } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { databricksBundles } from '../../facts/formats/databricks.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { type Capacity, capacities, isOffline } from '../../facts/serving/capacity.ts';
import { isProduction, mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** A target in development mode, or a default that the production target replaces. */
function isElsewhere(project: Project, { system, place, name, document }: Capacity): boolean {
  if (system !== 'databricks') return false;
  const [first, target] = pathOf(place);
  if (first === 'targets') {
    return databricksBundles(project).some(
      ({ targets, files }) =>
        files.has(document.path) && targets.some((each) => each.name === target && each.mode === 'development'),
    );
  }
  return capacities(project).some(
    (other) =>
      other.system === 'databricks' &&
      other.name === name &&
      other.minimum !== 0 &&
      isProduction(other.document, other.place),
  );
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Online endpoint may scale to zero',
  why: `
    After an idle spell the first callers wait until an instance is found, the image is pulled and the model is loaded. With GPUs
    there may be no instance at all.
  `,
  fix: 'Keep at least one warm instance, two where availability is promised; scale to zero for batch, asynchronous and development endpoints.',
  references: [
    'https://docs.databricks.com/aws/en/machine-learning/model-serving/',
    'https://kserve.github.io/website/docs/model-serving/predictive-inference/autoscaling/kpa-autoscaler',
    'https://keda.sh/docs/latest/reference/scaledobject-spec/',
  ],
  mentions: [
    'minReplicas',
    'ReplicaCount',
    'scale_to_zero_enabled',
    'min-scale',
    'minScale',
    'min_replicas',
    'num_replicas',
    'instance_count',
    'min_instances',
    'replicas',
    'MinCapacity',
    'min_replica_count',
  ],
  examples: [
    bad({
      'k8s/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn, namespace: prod}\nspec:\n  predictor:\n    minReplicas: «0»\n    sklearn:\n      storageUri: gs://acme/churn/7\n',
      'k8s/knative.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: rank\n  annotations:\n    autoscaling.knative.dev/min-scale: «"0"»\nspec:\n  predictor:\n    model:\n      modelFormat: {name: onnx}\n',
      'k8s/service.yaml':
        'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: predictor}\nspec:\n  template:\n    metadata:\n      annotations:\n        autoscaling.knative.dev/minScale: «"0"»\n    spec:\n      containers:\n      - image: acme/model-api:1.2\n',
      'databricks.yml':
        'bundle: {name: a}\nresources:\n  model_serving_endpoints:\n    churn:\n      config:\n        served_entities:\n        - entity_name: main.ml.churn\n          entity_version: "4"\n          scale_to_zero_enabled: «true»\n',
      'main.tf':
        'resource "databricks_model_serving" "churn" {\n  name = "churn"\n  config {\n    served_entities {\n      entity_name           = "main.ml.churn"\n      scale_to_zero_enabled = «true»\n    }\n  }\n}\n',
    }),
    bad({
      'k8s/llm.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - name: llm
                image: vllm/vllm-openai:v0.8.0
        ---
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: llm}
        spec:
          scaleTargetRef: {name: llm}
          minReplicaCount: «0»
          triggers:
          - type: prometheus
            metadata: {query: "sum(vllm:num_requests_waiting)"}
      `,
      'serve.yaml':
        'applications:\n- name: text\n  import_path: app:deployment\n  deployments:\n  - name: Summarizer\n    autoscaling_config:\n      min_replicas: «0»\n      max_replicas: 4\n',
    }),
    good({
      'k8s/default.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    sklearn:\n      storageUri: gs://acme/churn/7\n',
      'k8s/warm.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    minReplicas: 1\n    sklearn: {}\n',
      'k8s/dev/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    minReplicas: 0\n    sklearn: {}\n',
      'k8s/batch.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn-batch}\nspec:\n  predictor:\n    minReplicas: 0\n    sklearn: {}\n',
      'k8s/worker.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: scorer}
        spec:
          template:
            spec:
              containers:
              - name: scorer
                image: nvcr.io/nvidia/tritonserver:24.05-py3
        ---
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: scorer}
        spec:
          scaleTargetRef: {name: scorer}
          minReplicaCount: 0
          triggers:
          - type: rabbitmq
      `,
      'databricks.yml': `
        bundle: {name: a}
        targets:
          dev:
            mode: development
            resources:
              model_serving_endpoints:
                churn: {config: {served_entities: [{entity_name: dev.ml.churn, scale_to_zero_enabled: true}]}}
          feature:
            mode: development
            resources:
              model_serving_endpoints:
                churn: {config: {served_entities: [{entity_name: dev.ml.churn, scale_to_zero_enabled: true}]}}
          prod:
            resources:
              model_serving_endpoints:
                churn: {config: {served_entities: [{entity_name: prod.ml.churn, scale_to_zero_enabled: false}]}}
        resources:
          model_serving_endpoints:
            churn: {config: {served_entities: [{entity_name: main.ml.churn, scale_to_zero_enabled: true}]}}
            tagged: {tags: [{key: kind, value: internal}], config: {served_entities: [{scale_to_zero_enabled: true}]}}
      `,
    }),
  ],

  reads: ['yaml', 'json', 'hcl'],
  *inspect(document, project) {
    for (const each of thoseIn(capacities(project), document)) {
      if (
        each.minimum !== 0 ||
        !each.written ||
        !mayBeProduction(document, each.place) ||
        isOffline(each) ||
        isElsewhere(project, each)
      )
        continue;
      yield at(
        document,
        each.place.span,
        `\`${each.name}\` answers online requests and \`${each.setting}\` lets it go down to no instance at all`,
      );
    }
  },
});
