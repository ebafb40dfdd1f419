import { entryOf } from '../../documents/data.ts';
import { autoscalersOf } from '../../facts/formats/autoscaling.ts';
import { kubernetesWorkloads } from '../../facts/formats/kubernetes.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const deployment = (rest: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n${rest}  template: {spec: {containers: [{name: a}]}}\n`;
const hpa = (rest = ''): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api${rest}}\nspec:\n  scaleTargetRef: {kind: Deployment, name: api}\n  minReplicas: 2\n  maxReplicas: 9\n`;

/** The same base or overlay, or one below the other: files of sibling folders are never applied together for sure. */
function together(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => path.slice(0, path.lastIndexOf('/') + 1)) as [string, string];
  return first.startsWith(second) || second.startsWith(first);
}

export default defineCheck({
  evaluates: 'scaling',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Replicas are fixed where an autoscaler owns them',
  why: 'Every apply sets the number of replicas back, in the middle of a peak down to the written one, until the autoscaler notices.',
  fix: 'Remove `replicas` from the workload.',
  references: [
    'https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
  ],
  examples: [
    bad({
      'k8s/api.yaml': deployment('  «replicas: 3»\n'),
      'k8s/hpa.yaml': hpa(),
      'sts.yaml':
        'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: llm, namespace: ml}\nspec:\n  «replicas: 2»\n  template: {}\n---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: llm, namespace: ml}\nspec:\n  scaleTargetRef: {kind: StatefulSet, name: llm}\n',
      'api.json':
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "rank"}, "spec": {«"replicas": 1»}}, {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "rank"}}}]}\n',
    }),
    bad({
      'base/rank.yaml': deployment('  «replicas: 5»\n').replaceAll('name: api', 'name: rank, namespace: ml'),
      'base/scaling/hpa.yaml': hpa().replaceAll('name: api', 'name: rank'),
    }),
    good({ 'k8s/api.yaml': deployment(''), 'k8s/hpa.yaml': hpa() }),
    good({
      'k8s/api.yaml': deployment('  replicas: 3\n').replace('name: api', 'name: api, namespace: a'),
      'k8s/hpa.yaml': hpa(', namespace: b'),
      'one/api.yaml': deployment('  replicas: 3\n').replace('name: api', 'name: rank'),
      'two/hpa.yaml': hpa().replaceAll('name: api', 'name: rank'),
      'open.yaml': deployment('  replicas: ${REPLICAS}\n').replace('name: api', 'name: open'),
      'open-hpa.yaml': hpa().replaceAll('name: api', 'name: open'),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const workload of kubernetesWorkloads(project)) {
      const { replicas, document, kind, name } = workload;
      const key = replicas?.value === undefined ? undefined : entryOf(replicas.node);
      if (key === undefined || replicas?.value === 0) continue;
      const scaler = autoscalersOf(project, workload).find((each) => together(each.document.path, document.path));
      if (scaler === undefined) continue;
      const span = { start: key.keySpan.start, end: key.value.span.end };
      const evidence = [
        seen(scaler.document, scaler.targetName?.node.span ?? scaler.node.span, 'the autoscaler of this workload'),
      ];
      yield at(
        document,
        span,
        `${kind} \`${name?.text ?? ''}\` is set to ${replicas?.value} replicas, and ${scaler.system === 'hpa' ? 'a HorizontalPodAutoscaler' : 'a ScaledObject'} scales it`,
        { evidence },
      );
    }
  },
});
