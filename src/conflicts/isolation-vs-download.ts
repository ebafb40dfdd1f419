import type { Evidence, Finding } from '../core/finding.ts';
import { bool, get, items, text } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { boolAt } from '../facts/formats/field.ts';
import { objectsOf, textMap } from '../facts/formats/kubernetes.ts';
import { entriesNamed } from '../facts/formats/named.ts';
import { asEvidence, bad, defineConflict, good, raised, seen } from '../kit/index.ts';

const server = `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: llm, namespace: ml }
  spec:
    selector: { matchLabels: { app: llm } }
    template:
      metadata: { labels: { app: llm } }
      spec:
        containers:
          - name: llm
            image: vllm/vllm-openai:v0.8.0
            args: [--model, acme/llm-7b]
`;
const policy = (egress: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut, namespace: ml}\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n${egress}`;

/** True where a policy lets pods reach any address. */
const letsOut = (spec: ReturnType<typeof get>): boolean =>
  items(get(spec, 'egress')).some(
    (rule) =>
      get(rule, 'to') === undefined ||
      items(get(rule, 'to')).some((to) => text(get(to, 'ipBlock', 'cidr')) === '0.0.0.0/0'),
  );

/** What keeps the server of a finding from reaching the network. */
function barrier(project: Project, { path }: Finding): Evidence | undefined {
  const said = project.document(path)?.text ?? '';
  const policy = objectsOf(project, 'NetworkPolicy').find(({ spec, namespace }) => {
    const isShut = items(get(spec, 'policyTypes')).some((type) => text(type) === 'Egress') && !letsOut(spec);
    const labels = [...textMap(get(spec, 'podSelector', 'matchLabels'))].every(
      ([key, value]) => said.includes(key) && said.includes(value),
    );
    return (
      isShut &&
      labels &&
      get(spec, 'podSelector')?.open === false &&
      (namespace === undefined || said.includes(namespace))
    );
  });
  if (policy !== undefined)
    return seen(policy.document, policy.name?.node.span ?? policy.node.span, 'lets nothing out');
  const isolated = entriesNamed(project, 'EnableNetworkIsolation', 'enable_network_isolation').find(
    ({ document, entry }) => document.path === path && (bool(entry.value) ?? boolAt(entry.value)?.value) === true,
  );
  return isolated === undefined
    ? undefined
    : seen(isolated.document, isolated.entry.keySpan, 'is isolated from the network');
}

export default defineConflict({
  title: 'A closed network against a model that is fetched at start',
  between: ['security-auditor', 'ml-engineer'],
  tradeOff: 'isolation of what is served against the convenience of a model hub',
  resolution:
    'Fetch the weights once in CI, check their digest, and put them into an image or a volume; run without a way out.',
  why: 'the server then starts with what was reviewed, also when the hub is down, and sooner',
  references: [
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html',
  ],
  examples: [
    bad({ 'deploy/llm.yaml': server, 'deploy/policy.yaml': policy('') }),
    good({
      'deploy/llm.yaml': server,
      'deploy/policy.yaml': policy('  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]\n'),
    }),
    good({ 'deploy/policy.yaml': policy('') }),
  ],
  clash(scene) {
    for (const finding of raised(scene, 'llm-revision-unpinned', 'trust-remote-code')) {
      const closed = barrier(scene.project, finding);
      if (closed === undefined) continue;
      return {
        first: { says: 'What serves the model reaches nothing outside.', evidence: [closed] },
        second: { says: 'The model is fetched when the server starts.', evidence: [asEvidence(finding)] },
        escalate: {
          question: "Does the model's licence allow a copy inside an image or a volume of yours?",
          options: ['Yes: bake the weights in', 'No: allow one mirror, by name and with a digest'],
        },
      };
    }
    return undefined;
  },
});
