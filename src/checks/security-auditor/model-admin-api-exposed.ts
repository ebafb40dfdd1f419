import type { Span } from '../../core/location.ts';
import type { DataNode } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { flagsOf } from '../../facts/formats/llm.ts';
import { type TorchserveConfig, torchserveConfigs } from '../../facts/formats/servers.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { type Exposure, exposuresOf, isFenced, publishedPort } from '../../facts/serving/exposure.ts';
import { composeServers, modelServers } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Open {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly says: string;
  readonly exposure: Exposure;
}

const TRITON = new Set([8000, 8001]);
const TORCHSERVE = new Set([8081]);

/** The switch of Triton that lets clients load and unload models. */
function control(words: readonly DataNode[]): DataNode | undefined {
  const flag = flagsOf(words).find(
    ({ name, value }) => name === 'model-control-mode' && /^(explicit|poll)$/.test(value ?? ''),
  );
  return flag?.valueNode ?? flag?.node;
}

function triton(project: Project): readonly Open[] {
  const cluster = modelServers(project)
    .filter(({ engine }) => engine === 'triton')
    .flatMap(({ document, container, workload, name }): readonly Open[] => {
      const node = control(container.words);
      const exposure =
        node === undefined || isFenced(project, workload) ? undefined : exposuresOf(project, workload, TRITON)[0];
      return node === undefined || exposure === undefined
        ? []
        : [{ document, span: node.span, says: `\`${name}\` lets clients load and unload models`, exposure }];
    });
  const compose = composeServers(project)
    .filter(({ engine }) => engine === 'triton')
    .flatMap((service): readonly Open[] => {
      const node = control(service.words);
      const exposure = node === undefined ? undefined : publishedPort(service, TRITON);
      return node === undefined || exposure === undefined
        ? []
        : [
            {
              document: service.document,
              span: node.span,
              says: `\`${service.name}\` lets clients load and unload models`,
              exposure,
            },
          ];
    });
  return [...cluster, ...compose];
}

/** The management address beyond the loopback, with tokens switched off or unknown to the old version. */
function managed({ settings }: TorchserveConfig): { readonly start: number; readonly end: number } | undefined {
  const address = settings.get('management_address');
  if (address === undefined || !/:\/\/(0\.0\.0\.0|\[?::\]?|\*)/.test(address.value)) return undefined;
  return settings.get('disable_token_authorization')?.value === 'false' ? undefined : address;
}

function torchserve(project: Project): readonly Open[] {
  const configs = torchserveConfigs(project).flatMap((config) => {
    const place = managed(config);
    return place === undefined ? [] : [{ document: config.document, place }];
  });
  const [first] = configs;
  if (first === undefined) return [];
  const exposures = [
    ...modelServers(project)
      .filter(({ engine }) => engine === 'torchserve')
      .flatMap(({ workload }) => (isFenced(project, workload) ? [] : exposuresOf(project, workload, TORCHSERVE))),
    ...composeServers(project)
      .filter(({ engine }) => engine === 'torchserve')
      .flatMap((service) => publishedPort(service, TORCHSERVE) ?? []),
  ];
  const [exposure] = exposures;
  return exposure === undefined
    ? []
    : configs.map(({ document, place }) => ({
        document,
        span: { start: place.start, end: place.end },
        says: 'the management API of TorchServe listens on every address',
        exposure,
      }));
}

const pod = (args: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: triton}\nspec:\n  template:\n    metadata: {labels: {app: triton}}\n    spec:\n      containers:\n      - name: t\n        image: nvcr.io/nvidia/tritonserver:24.05-py3\n        args: ${args}\n`;
const service = (type: string, port = 8000): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: triton}\nspec:\n  type: ${type}\n  selector: {app: triton}\n  ports: [{port: ${port}}]\n`;
const explicit = '[tritonserver, --model-repository=/m, «--model-control-mode=explicit»]';
const plain = explicit.replace(/[«»]/g, '');

export default defineCheck({
  evaluates: 'authentication-bypass',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'API that loads and unloads models is reachable',
  why: 'Whoever reaches the port replaces the served model, unloads it, or with a Python backend runs code on the server.',
  fix: 'Bind the management API to the loopback or keep it inside of the cluster, and require a token.',
  references: [
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/customization_guide/deploy.html',
    'https://docs.pytorch.org/serve/token_authorization_api.html',
    'https://atlas.mitre.org/techniques/AML.T0049',
  ],
  examples: [
    bad({ 'triton.yaml': pod(explicit), 'service.yaml': service('LoadBalancer') }),
    bad({
      'triton.yaml': pod(explicit.replace('explicit', 'poll')),
      'service.yaml': service('ClusterIP'),
      'ingress.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules: [{http: {paths: [{path: /, backend: {service: {name: triton, port: {number: 8000}}}}]}}]\n',
    }),
    bad({
      'compose.yaml':
        'services:\n  triton:\n    image: nvcr.io/nvidia/tritonserver:24.05-py3\n    command: [tritonserver, --model-control-mode, «explicit»]\n    ports: ["8000:8000"]\n',
    }),
    bad({
      'config.properties': 'inference_address=http://0.0.0.0:8080\nmanagement_address=«http://0.0.0.0:8081»\n',
      'compose.yaml': 'services:\n  ts:\n    image: pytorch/torchserve:0.9.0\n    ports: ["8080:8080", "8081:8081"]\n',
    }),
    good({ 'triton.yaml': pod(plain), 'service.yaml': service('ClusterIP') }),
    good({ 'triton.yaml': pod('[tritonserver, --model-repository=/m]'), 'service.yaml': service('LoadBalancer') }),
    good({
      'triton.yaml': pod(plain),
      'service.yaml': service('LoadBalancer'),
      'policy.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {matchLabels: {app: triton}}\n  ingress: [{from: [{podSelector: {}}]}]\n',
    }),
    good({
      'compose.yaml':
        'services:\n  triton:\n    image: nvcr.io/nvidia/tritonserver:24.05-py3\n    command: [tritonserver, --model-control-mode=explicit]\n    ports: ["127.0.0.1:8000:8000"]\n  ts:\n    image: pytorch/torchserve:0.12.0\n    ports: ["8081:8081"]\n',
      'config.properties': 'management_address=http://127.0.0.1:8081\n',
      'other/config.properties': 'management_address=http://0.0.0.0:8081\ndisable_token_authorization=false\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, says, exposure } of [...triton(project), ...torchserve(project)]) {
      if (isTemplatePath(document.path)) continue;
      const evidence = [seen(exposure.document, exposure.span, 'reachable from here')];
      yield at(document, span, `${says}, and ${exposure.through} leads to it`, { evidence });
    }
  },
});
