import { has } from '../../documents/data.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { modelServers, type ServerEngine } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Where each server says that its models are loaded. */
const READY: Readonly<Record<ServerEngine, string>> = {
  triton: '/v2/health/ready',
  mlserver: '/v2/health/ready',
  vllm: '/health',
  tgi: '/health',
  sglang: '/health',
  nim: '/v1/health/ready',
  torchserve: '/ping',
  'tensorflow-serving': '/v1/models/<name>',
  bentoml: '/readyz',
  'ray-serve': '/-/healthz',
  python: 'a route that answers once the model is loaded',
};

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Model server without a readiness probe',
  why: `
    A pod counts as ready as soon as its process runs. Requests arrive while weights are still being loaded and fail, at every
    rollout and every scale-out.
  `,
  fix: 'Add a `readinessProbe` on the path by which the server says that its models are loaded.',
  references: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/README.html',
  ],
  mentions: ['kind'],
  examples: [
    bad({
      'triton.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: triton}
        spec:
          template:
            spec:
              containers:
              - name: «triton»
                image: nvcr.io/nvidia/tritonserver:24.05-py3
                livenessProbe: {httpGet: {path: /v2/health/live, port: 8000}}
      `,
      'llm.yaml': `
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - image: acme/runtime:3
                command: [python3, -m, vllm.entrypoints.openai.api_server, --model, acme/llm]
                name: «engine»
      `,
      'api.json':
        '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": {"template": {"spec": {"containers": [{"name": «"api"», "image": "acme/api:2", "command": ["uvicorn", "app:app"], "env": [{"name": "MODEL_PATH", "value": "/m"}]}]}}}}\n',
      'tfs.yaml':
        'apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: tfs}\n  spec:\n    template:\n      spec:\n        containers:\n        - {name: «tfs», image: "tensorflow/serving:2.15.0"}\n',
    }),
    good({
      'ready.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: "tensorflow/serving:2.15.0", readinessProbe: {tcpSocket: {port: 8501}}}\n      - {name: proxy, image: "envoyproxy/envoy:v1.30"}\n',
      'startup.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: "vllm/vllm-openai:v0.8.0", startupProbe: {httpGet: {path: /health, port: 8000}}}\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    containers:\n    - {name: a, image: "vllm/vllm-openai:v0.8.0"}\n',
      'seldon.yaml':
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n  predictors:\n  - componentSpecs:\n    - spec:\n        containers:\n        - {name: a, image: "seldonio/mlserver:1.5"}\n    graph: {name: a}\n',
      'others.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: others}
        spec:
          template:
            spec:
              containers:
              - {name: client, image: "nvcr.io/nvidia/tritonserver:24.05-py3-sdk"}
              - {name: load, image: "vllm/vllm-openai:v0.8.0", command: [sleep, infinity]}
              - {name: ui, image: "ghcr.io/open-webui/open-webui:main"}
              - {name: router, image: "lmcache/lmstack-router:1", env: [{name: MODEL_NAME, value: a}]}
              - {name: worker, image: "acme/worker:1", command: [celery, worker], env: [{name: MODEL_PATH, value: /m}]}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: {name: score}
        spec:
          template:
            spec:
              containers:
              - {name: a, image: "vllm/vllm-openai:v0.8.0"}
      `,
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    for (const { container, engine, name } of thoseIn(modelServers(project), document)) {
      if (has(container.node, 'readinessProbe') !== 'no' || container.startup !== undefined) continue;
      const place = container.name?.node ?? container.node;
      yield at(
        document,
        place.span,
        `container \`${container.name?.text ?? name}\` serves models with ${engine} and has no readiness probe (${READY[engine]})`,
      );
    }
  },
});
