import type { Span } from '../../core/location.ts';
import { text } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { azureEndpoints } from '../../facts/formats/azure.ts';
import { type KubernetesContainer, kubernetesWorkloads } from '../../facts/formats/kubernetes.ts';
import { type ComposeService, composeServices } from '../../facts/formats/servers.ts';
import { environmentOf, isTemplatePath } from '../../facts/paths.ts';
import { exposuresOf, isFenced, publishedPort } from '../../facts/serving/exposure.ts';
import { composeEngine, serverEngine } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const PLATFORM: readonly (readonly [string, RegExp])[] = [
  ['MLflow', /mlflow (server|ui)|(^|\/)mlflow[\w-]*(:|@|$)/],
  ['the Ray dashboard', /--dashboard-host[= ]"?0\.0\.0\.0/],
  ['Feast', /feast serve|(^|\/)feature-server(:|@|$)/],
];

const AUTH = /--api-key|--app-name[= ]"?basic-auth|--auth|oauth2|--token|--disable-auth=false/;
const AUTH_VARIABLE = /^(\w*_)?API_KEYS?$|AUTH(_|$)|OAUTH|(_|^)TOKEN_SECRET$/;

interface Open {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly what: string;
  readonly through: string;
  readonly server: { readonly document: DocumentBase; readonly span: Span };
}

/** What answers without asking who calls; undefined where a key, a login or nothing of ours is seen. */
function openServer(said: string, engine: string | undefined, variables: readonly string[]): string | undefined {
  if (AUTH.test(said) || variables.some((name) => AUTH_VARIABLE.test(name))) return undefined;
  return (
    PLATFORM.find(([, pattern]) => pattern.test(said))?.[0] ??
    (engine === undefined || engine === 'python' ? undefined : `the model server (${engine})`)
  );
}

const saidBy = ({ image, words }: KubernetesContainer | ComposeService): string =>
  `${image?.text ?? ''} ${words.map((word) => text(word) ?? '').join(' ')}`.slice(0, 10_000);

function cluster(project: Project): readonly Open[] {
  return kubernetesWorkloads(project)
    .filter(({ kind }) => /^(Deployment|StatefulSet|Rollout)$/.test(kind))
    .flatMap((workload): readonly Open[] => {
      const others = workload.containers.some(({ image }) =>
        /oauth2?-proxy|authelia|envoy|istio|pomerium/i.test(image?.text ?? ''),
      );
      const container = workload.containers.find(
        (each) =>
          !each.init &&
          openServer(
            saidBy(each),
            serverEngine(each),
            each.env.map(({ name }) => name),
          ) !== undefined,
      );
      const what = container === undefined ? undefined : openServer(saidBy(container), serverEngine(container), []);
      if (container === undefined || what === undefined || others || container.node.open || isFenced(project, workload))
        return [];
      return exposuresOf(project, workload)
        .slice(0, 1)
        .map(({ document, span, through }) => ({
          document,
          span,
          what,
          through,
          server: { document: workload.document, span: container.name?.node.span ?? container.node.span },
        }));
    });
}

/** Compose files are for the desk unless they say production. */
function compose(project: Project): readonly Open[] {
  return composeServices(project)
    .filter(({ document }) => environmentOf(document.path) === 'production')
    .flatMap((service): readonly Open[] => {
      const what = openServer(
        saidBy(service),
        composeEngine(service),
        service.environment.map(({ key }) => key),
      );
      const port = what === undefined ? undefined : publishedPort(service);
      return what === undefined || port === undefined
        ? []
        : [{ ...port, what, server: { document: service.document, span: service.entry.keySpan } }];
    });
}

const pod = (container: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers:\n      - ${container}\n`;
const service = (type: string, notes = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n${notes}spec:\n  type: ${type}\n  selector: {app: a}\n  ports: [{port: 80, targetPort: 8000}]\n`;

export default defineCheck({
  evaluates: 'authentication-bypass',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { key: { severity: 'low', when: 'a static key guards it where identities could' } },
  title: 'Inference or tracking endpoint asks nobody who they are',
  why: 'Anyone who finds the address can copy the model by querying it, run up the bill, or read and change experiments and models.',
  fix: 'Require a key or a login at the server or at a gateway before it, or keep it inside of the cluster.',
  references: [
    'https://docs.vllm.ai/en/stable/usage/security.html',
    'https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/',
    'https://atlas.mitre.org/techniques/AML.T0040',
  ],
  examples: [
    bad({
      'llm.yaml': pod('{name: llm, image: "vllm/vllm-openai:v0.8.0", args: [--model, acme/llm]}'),
      'service.yaml': service('«LoadBalancer»'),
    }),
    bad({
      'mlflow.yaml': pod('{name: mlflow, image: "acme/tracking:2", command: [mlflow, server, --host, 0.0.0.0]}'),
      'service.yaml': service('ClusterIP'),
      'ingress.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: «web»}\nspec:\n  rules: [{http: {paths: [{path: /, backend: {service: {name: a, port: {number: 80}}}}]}}]\n',
    }),
    bad({
      'prod/compose.yaml':
        'services:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow:v2.17.0\n    command: mlflow server --host 0.0.0.0\n    ports: [«"5000:5000"»]\n',
    }),
    bad.as('key')({
      'endpoint.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: churn\nauth_mode: «key»\n',
    }),
    good({
      'llm.yaml': pod('{name: llm, image: "vllm/vllm-openai:v0.8.0", args: [--model, acme/llm, --api-key, $(KEY)]}'),
      'service.yaml': service('LoadBalancer'),
    }),
    good({
      'llm.yaml': pod(
        '{name: llm, image: "vllm/vllm-openai:v0.8.0", env: [{name: VLLM_API_KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}]}',
      ),
      'service.yaml': service('LoadBalancer'),
    }),
    good({
      'llm.yaml': pod('{name: llm, image: "vllm/vllm-openai:v0.8.0"}'),
      'service.yaml': service(
        'LoadBalancer',
        '  annotations: {networking.gke.io/load-balancer-type: Internal, service.beta.kubernetes.io/aws-load-balancer-internal: "true"}\n',
      ),
    }),
    good({
      'llm.yaml': pod('{name: llm, image: "vllm/vllm-openai:v0.8.0"}'),
      'service.yaml': service('ClusterIP'),
      'ingress.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: "https://login.acme.io"}}\nspec:\n  rules: [{http: {paths: [{backend: {service: {name: a}}}]}}]\n',
      'compose.yaml': 'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    ports: ["8000:8000"]\n',
      'prod/compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    ports: ["127.0.0.1:8000:8000"]\n',
      'endpoint.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: churn\nauth_mode: aad_token\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, what, through, server } of [...cluster(project), ...compose(project)]) {
      if (isTemplatePath(document.path)) continue;
      yield at(document, span, `${what} is reachable through ${through} and asks for no key or login`, {
        evidence: [seen(server.document, server.span, 'the server')],
      });
    }
    for (const { document, authMode, name } of azureEndpoints(project)) {
      if (authMode?.value === 'key' && !isTemplatePath(document.path))
        yield at(document, authMode.node.span, `endpoint \`${name?.text ?? ''}\` is guarded by a static key`, {
          grade: 'key',
        });
    }
  },
});
