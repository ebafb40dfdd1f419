import { type DataDocument, entryOf, has, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Field, thoseIn } from '../../facts/formats/field.ts';
import { kserveRuntimes, kserveServices, seldonDeployments } from '../../facts/formats/kserve.ts';
import { type KubernetesContainer, kubernetesWorkloads } from '../../facts/formats/kubernetes.ts';
import { serverEngine, wantsAccelerator } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Less than this is not enough to fetch and load a model. */
const SECONDS = 120;

interface Serving {
  readonly container: KubernetesContainer;
  /** Holds a model for sure, whatever its image says. */
  readonly managed: boolean;
}

function servingIn(document: DataDocument, project: Project): readonly Serving[] {
  const plain = thoseIn(kubernetesWorkloads(project), document).filter(({ kind }) =>
    /^(Deployment|StatefulSet|ReplicaSet|Rollout)$/.test(kind),
  );
  const seldon = new Map(
    thoseIn(seldonDeployments(project), document).flatMap(({ containers }) =>
      containers.map((container) => [container.node, container] as const),
    ),
  );
  return [
    ...plain.flatMap(({ containers }) => containers.map((container) => ({ container, managed: false }))),
    ...thoseIn(kserveServices(project), document).flatMap(({ components }) =>
      components
        .filter(({ role }) => role === 'predictor')
        .flatMap(({ containers }) => containers.slice(0, 1).map((container) => ({ container, managed: true }))),
    ),
    ...thoseIn(kserveRuntimes(project), document).flatMap(({ containers }) =>
      containers.slice(0, 1).map((container) => ({ container, managed: true })),
    ),
    ...[...seldon.values()].map((container) => ({ container, managed: !container.init })),
  ];
}

/** Seconds after which the kubelet kills a container that does not answer; undefined where a substitution hides it. */
function patience({ liveness }: KubernetesContainer): number | undefined {
  const value = (field: Field<number> | undefined, otherwise: number): number | undefined =>
    field === undefined ? otherwise : field.value;
  const [delay, period, failures] = [
    value(liveness?.initialDelaySeconds, 0),
    value(liveness?.periodSeconds, 10),
    value(liveness?.failureThreshold, 3),
  ];
  return delay === undefined || period === undefined || failures === undefined ? undefined : delay + period * failures;
}

/** Started empty: models are loaded by calls, long after the probes began. */
function startsEmpty({ env, words }: KubernetesContainer): boolean {
  const said = words.map((word) => text(word) ?? '').join(' ');
  return (
    env.some(({ name, value }) => name.endsWith('LOAD_MODELS_AT_STARTUP') && value?.text === 'false') ||
    (/--model-control-mode[= ]explicit/.test(said) && !said.includes('--load-model'))
  );
}

const SLOW = /^(vllm|tgi|sglang|nim)$/;
const TORCH = /(^|[/:_-])(torch|pytorch|cuda\d*|transformers|huggingface)/i;

/** `plain` where a large model is sure, `cpu` where there is some model, undefined for everything else. */
function loads({ container, managed }: Serving): 'plain' | 'cpu' | undefined {
  const engine = serverEngine(container);
  if (startsEmpty(container)) return undefined;
  if (container.init || (engine === undefined && !managed))
    return wantsAccelerator(container) && TORCH.test(container.image?.text ?? '') ? 'plain' : undefined;
  return wantsAccelerator(container) || SLOW.test(engine ?? '') ? 'plain' : 'cpu';
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { cpu: { severity: 'medium', when: 'the container asks for no accelerator and serves no language model' } },
  title: 'Liveness probe kills the container while its model loads',
  why: `
    Without a startup probe the liveness probe counts from the start. A model that takes longer to fetch and load than the probe
    waits is killed, starts over and never gets ready; a slow network is enough.
  `,
  fix: 'Add a `startupProbe` that allows for the longest load, and let the liveness probe begin after it.',
  references: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes',
  ],
  mentions: ['livenessProbe'],
  examples: [
    bad({
      'llm.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - name: llm
                image: vllm/vllm-openai:v0.8.0
                «livenessProbe»: {httpGet: {path: /health, port: 8000}, initialDelaySeconds: 30}
              - name: triton
                image: nvcr.io/nvidia/tritonserver:24.05-py3
                resources: {limits: {nvidia.com/gpu: 1}}
                «livenessProbe»:
                  httpGet: {path: /v2/health/live, port: 8000}
                  periodSeconds: 5
                  failureThreshold: 20
      `,
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    containers:\n    - name: kserve-container\n      image: acme/llm:2\n      resources: {limits: {nvidia.com/gpu: "1"}}\n      «livenessProbe»: {tcpSocket: {port: 8080}}\n',
    }),
    bad.as('cpu')({
      'tfs.json':
        '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "tfs"}, "spec": {"template": {"spec": {"containers": [{"name": "tfs", "image": "tensorflow/serving:2.15.0", «"livenessProbe"»: {"tcpSocket": {"port": 8501}, "initialDelaySeconds": 60, "failureThreshold": 3}}]}}}}\n',
      'seldon.yaml':
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n  predictors:\n  - componentSpecs:\n    - spec:\n        containers:\n        - name: a\n          image: acme/a:3\n          «livenessProbe»: {tcpSocket: {port: 9000}}\n    graph: {name: a}\n',
    }),
    good({
      'ok.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - name: started
                image: vllm/vllm-openai:v0.8.0
                livenessProbe: {httpGet: {path: /health, port: 8000}}
                startupProbe: {httpGet: {path: /health, port: 8000}, failureThreshold: 60}
              - name: patient
                image: vllm/vllm-openai:v0.8.0
                livenessProbe: {httpGet: {path: /health, port: 8000}, initialDelaySeconds: 300}
              - name: open
                image: vllm/vllm-openai:v0.8.0
                livenessProbe: {httpGet: {path: /health, port: 8000}, initialDelaySeconds: "\${DELAY}"}
              - name: empty
                image: seldonio/mlserver:1.5
                env: [{name: MLSERVER_LOAD_MODELS_AT_STARTUP, value: "false"}]
                livenessProbe: {tcpSocket: {port: 9000}}
              - name: explicit
                image: nvcr.io/nvidia/tritonserver:24.05-py3
                args: [tritonserver, --model-control-mode=explicit]
                livenessProbe: {tcpSocket: {port: 9000}}
              - name: proxy
                image: envoyproxy/envoy:v1.30
                livenessProbe: {httpGet: {path: /ready, port: 9901}}
              - name: router
                image: acme/vllm-router:1
                livenessProbe: {httpGet: {path: /health, port: 8000}}
      `,
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    for (const serving of servingIn(document, project)) {
      const { container } = serving;
      const key = container.liveness === undefined ? undefined : entryOf(container.liveness.node);
      const seconds = patience(container);
      const size = loads(serving);
      if (
        key === undefined ||
        size === undefined ||
        seconds === undefined ||
        seconds >= SECONDS ||
        has(container.node, 'startupProbe') !== 'no'
      )
        continue;
      const name = container.name?.text ?? 'the model';
      yield at(
        document,
        key.keySpan,
        `\`${name}\` is killed when it does not answer within ${seconds} s of its start, and no startup probe gives it time to load the model`,
        size === 'cpu' ? { grade: 'cpu' } : {},
      );
    }
  },
});
