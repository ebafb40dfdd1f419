import { azureEndpoints } from '../../facts/formats/azure.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { openEndpoints } from '../../facts/serving/open-endpoints.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

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
    bad({
      'compose.yaml':
        'services:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow:v2.12.1\n    command: mlflow server --host 0.0.0.0\n    ports: [«"5000:5000"»]\n',
    }),
    good({
      'compose.yaml':
        '# services for local development\nservices:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow:v2.12.1\n    command: mlflow server --host 0.0.0.0\n    ports: ["5000:5000"]\n',
      'docker-compose.dev.yml': 'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    ports: ["8000:8000"]\n',
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
      'README.md': '# Try it\n\nRun `docker compose up` and open the page.\n',
      'prod/compose.yaml':
        'services:\n  llm:\n    image: vllm/vllm-openai:v0.8.0\n    ports: ["127.0.0.1:8000:8000"]\n',
      'endpoint.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: churn\nauth_mode: aad_token\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, what, through, server } of openEndpoints(project)) {
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
