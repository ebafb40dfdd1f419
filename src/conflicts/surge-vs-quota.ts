import type { Evidence } from '../core/finding.ts';
import { type DataNode, get, text } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { type KubernetesWorkload, kubernetesWorkloads, objectsOf, textMap } from '../facts/formats/kubernetes.ts';
import { serviceObjectives } from '../facts/formats/prometheus.ts';
import { wantsAccelerator } from '../facts/serving/model-servers.ts';
import { bad, defineConflict, good, seen } from '../kit/index.ts';

const deployment = (strategy: string, resource = 'nvidia.com/gpu'): string => `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: chat }
  spec:
    replicas: 2
    strategy: ${strategy}
    selector: { matchLabels: { app: chat } }
    template:
      metadata: { labels: { app: chat } }
      spec:
        containers:
          - name: chat
            image: registry.example/chat:1.4.2
            resources: { limits: { ${resource}: "1" } }
`;
const budget =
  'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: chat}\nspec:\n  minAvailable: 1\n  selector: {matchLabels: {app: chat}}\n';

/** The line that says: no second copy beside the first during a rollout. */
function frugal({ spec, containers }: KubernetesWorkload): DataNode | undefined {
  if (!containers.some(wantsAccelerator)) return undefined;
  const type = get(spec, 'strategy', 'type');
  if (text(type) === 'Recreate') return type;
  const surge = get(spec, 'strategy', 'rollingUpdate', 'maxSurge');
  return /^0%?$/.test(text(surge) ?? '') ? surge : undefined;
}

/** Where it is said that the workload has to stay up. */
function promise(project: Project, { podLabels, name }: KubernetesWorkload): Evidence | undefined {
  const budget = objectsOf(project, 'PodDisruptionBudget').find(({ spec }) => {
    const wanted = [...textMap(get(spec, 'selector', 'matchLabels'))];
    return wanted.length > 0 && wanted.every(([key, value]) => podLabels.get(key) === value);
  });
  if (budget !== undefined)
    return seen(budget.document, budget.name?.node.span ?? budget.node.span, 'its pods have a disruption budget');
  const objective = serviceObjectives(project).find(({ service }) => service !== undefined && service === name?.text);
  return objective === undefined
    ? undefined
    : seen(objective.document, objective.name?.node.span ?? objective.node.span, 'has an objective');
}

export default defineConflict({
  title: 'A rollout without a gap against no accelerator to spare',
  between: ['sre', 'data-architect'],
  tradeOff: 'downtime at each release against the cost of a second accelerator',
  resolution:
    'Roll out blue and green on a smaller pool, or in an announced window; with a quota of one accelerator accept the gap and say so in the objective.',
  why: 'a promise that each release breaks is worth less than one that allows for releases',
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy'],
  examples: [
    bad({ 'deploy/chat.yaml': deployment('{ type: Recreate }'), 'deploy/pdb.yaml': budget }),
    good({ 'deploy/chat.yaml': deployment('{ type: Recreate }', 'cpu'), 'deploy/pdb.yaml': budget }),
    good({
      'deploy/chat.yaml': deployment('{ type: Recreate }'),
      'deploy/pdb.yaml': budget.replaceAll('app: chat', 'app: web'),
    }),
  ],
  clash({ project }) {
    for (const workload of kubernetesWorkloads(project)) {
      const strategy = frugal(workload);
      const promised = strategy === undefined ? undefined : promise(project, workload);
      if (strategy === undefined || promised === undefined) continue;
      if (![workload.document.path, promised.path].some((path) => project.changed.has(path))) continue;
      return {
        first: { says: 'The service stays up while a new version is rolled out.', evidence: [promised] },
        second: {
          says: 'There is no second accelerator for the new version beside the old.',
          evidence: [seen(workload.document, strategy.span, 'the old version goes before the new one comes')],
        },
        escalate: {
          question: 'Does the quota allow one more accelerator during a release?',
          options: ['Yes: let the rollout surge by one', 'No: keep this strategy and write the gap into the objective'],
        },
      };
    }
    return undefined;
  },
});
