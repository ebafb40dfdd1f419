import { isTemplatePath } from '../../facts/paths.ts';
import { adminApis } from '../../facts/serving/admin-apis.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

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
    for (const { document, span, says, exposure } of adminApis(project)) {
      if (isTemplatePath(document.path)) continue;
      const evidence = [seen(exposure.document, exposure.span, 'reachable from here')];
      yield at(document, span, `${says}, and ${exposure.through} leads to it`, { evidence });
    }
  },
});
