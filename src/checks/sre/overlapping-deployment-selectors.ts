import { entryOf, get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type KubernetesWorkload, kubernetesWorkloads } from '../../facts/formats/kubernetes.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** What two workloads must share to be taken for one: the place they are applied to and every label asked for. */
function identity({ document, namespace, kind, selector }: KubernetesWorkload): string {
  return [
    folderOf(document.path),
    namespace ?? '',
    kind,
    ...[...selector].map(([key, value]) => `${key}=${value}`).sort(),
  ].join('\0');
}

function groups(project: Project): readonly (readonly KubernetesWorkload[])[] {
  const found = new Map<string, KubernetesWorkload[]>();
  for (const workload of kubernetesWorkloads(project)) {
    if (
      !/^(Deployment|StatefulSet)$/.test(workload.kind) ||
      workload.selector.size === 0 ||
      get(workload.spec, 'selector')?.open !== false ||
      isTemplatePath(workload.document.path)
    )
      continue;
    const key = identity(workload);
    found.set(key, [...(found.get(key) ?? []), workload]);
  }
  return [...found.values()].filter(
    (each) =>
      new Set(each.map(({ name }) => name?.value)).size > 1 && each.every(({ name }) => name?.value !== undefined),
  );
}

const deployment = (name: string, label: string, mark = false): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  selector:\n    ${mark ? '«matchLabels»' : 'matchLabels'}: {${label}}\n  template:\n    metadata: {labels: {${label}}}\n`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Two deployments select the same pods',
  why: 'Services, autoscalers and disruption budgets cannot tell the two models apart, and the controllers may fight over the pods. An A/B comparison mixes both arms.',
  fix: 'Add a label for the version to the selector and to the pods of each.',
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector'],
  examples: [
    bad({ 'k8s/a.yaml': deployment('model-a', 'app: model'), 'k8s/b.yaml': deployment('model-b', 'app: model', true) }),
    bad({
      'all.yaml': `${deployment('live', 'app: rank, tier: ml')}---\n${deployment('shadow', 'tier: ml, app: rank', true)}---\n${deployment('third', 'app: rank, tier: ml', true)}`,
    }),
    bad({
      'list.json':
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a", "namespace": "ml"}, "spec": {"selector": {"matchLabels": {"app": "m"}}}}, {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "b", "namespace": "ml"}, "spec": {"selector": {«"matchLabels"»: {"app": "m"}}}}]}\n',
    }),
    good({
      'k8s/a.yaml': deployment('model-a', 'app: model, version: a'),
      'k8s/b.yaml': deployment('model-b', 'app: model, version: b'),
      'base/a.yaml': deployment('model', 'app: model'),
      'overlays/x/a.yaml': deployment('model-x', 'app: model'),
      'patch/a.yaml': deployment('same', 'app: same'),
      'patch/b.yaml': deployment('same', 'app: same'),
      'ns.yaml': `${deployment('one', 'app: n').replace('name: one', 'name: one, namespace: a')}---\n${deployment('two', 'app: n').replace('name: two', 'name: two, namespace: b')}`,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const [first, ...others] of groups(project)) {
      for (const workload of others) {
        const labels = get(workload.spec, 'selector', 'matchLabels');
        const key = labels === undefined ? undefined : entryOf(labels);
        if (first === undefined || key === undefined || workload.name?.value === first.name?.value) continue;
        const evidence = [seen(first.document, first.name?.node.span ?? first.node.span, 'asks for the same labels')];
        yield at(
          workload.document,
          key.keySpan,
          `\`${workload.name?.text ?? ''}\` selects the same pods as \`${first.name?.text ?? ''}\``,
          { evidence },
        );
      }
    }
  },
});
