import { type DataNode, type Entry, entries, entry, get, has, literal, walkEntries } from '../../documents/data.ts';
import { isAccelerator } from '../../facts/serving/model-servers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Wrong {
  readonly request: Entry;
  readonly limit: DataNode | undefined;
}

/** Accelerators of one `resources` block that the API server turns down. */
function wrongIn(resources: DataNode): readonly Wrong[] {
  const limits = get(resources, 'limits');
  return entries(get(resources, 'requests')).flatMap((request): readonly Wrong[] => {
    if (!isAccelerator(request.key)) return [];
    const limit = entry(limits, request.key)?.value;
    if (limit === undefined)
      return has(resources, 'limits') === 'no' || (limits !== undefined && has(limits, request.key) === 'no')
        ? [{ request, limit }]
        : [];
    const [asked, allowed] = [literal(request.value), literal(limit)];
    return asked === undefined || allowed === undefined || asked === allowed ? [] : [{ request, limit }];
  });
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'GPU request that the API server rejects',
  why: 'Accelerators cannot be overcommitted: they belong into `limits`, and a request beside it must be the same number. Anything else is refused, so nothing is rolled out.',
  fix: 'Give the number of GPUs in `limits` alone.',
  references: [
    'https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/',
    'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources',
  ],
  mentions: ['nvidia.com/', 'amd.com/gpu', 'habana.ai/', 'aws.amazon.com/neuron', 'google.com/tpu', 'gpu.intel.com/'],
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
              - name: only-requests
                resources:
                  requests: {cpu: 1, «nvidia.com/gpu: 1»}
              - name: not-in-limits
                resources:
                  limits: {memory: 4Gi}
                  requests: {«amd.com/gpu: 1»}
              initContainers:
              - name: differs
                resources:
                  limits: {nvidia.com/mig-1g.5gb: 2}
                  requests:
                    «nvidia.com/mig-1g.5gb: 1»
      `,
      'job.json':
        '{"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": {"containers": [{"name": "a", "resources": {"requests": {«"nvidia.com/gpu": "2"»}, "limits": {"nvidia.com/gpu": "1"}}}]}}}}\n',
      'ray.yaml':
        'apiVersion: ray.io/v1\nkind: RayCluster\nspec:\n  workerGroupSpecs:\n  - template:\n      spec:\n        containers:\n        - name: w\n          resources:\n            requests:\n              «aws.amazon.com/neuron: 1»\n',
    }),
    good({
      'llm.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm}
        spec:
          template:
            spec:
              containers:
              - name: limits-only
                resources:
                  limits: {nvidia.com/gpu: 1}
              - name: same
                resources:
                  limits: {nvidia.com/gpu: "1"}
                  requests: {nvidia.com/gpu: 1}
              - name: open
                resources:
                  limits: {nvidia.com/gpu: "\${GPUS}"}
                  requests: {nvidia.com/gpu: 1}
              - name: claimed
                resources:
                  claims: [{name: gpu}]
                  requests: {cpu: 1}
      `,
      'values.yaml': 'engine:\n  resources:\n    requests: {nvidia.com/gpu: 1}\n',
      'quota.yaml': 'apiVersion: v1\nkind: ResourceQuota\nspec:\n  hard:\n    requests.nvidia.com/gpu: 4\n',
      'patch.yaml':
        'apiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\nspec:\n  resourceGroups:\n  - coveredResources: [nvidia.com/gpu]\n',
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document) {
    for (const root of document.roots) {
      if (has(root, 'apiVersion') !== 'yes' || has(root, 'kind') !== 'yes') continue;
      for (const { key, value } of walkEntries(root)) {
        if (key !== 'resources' || value.kind !== 'map') continue;
        for (const { request, limit } of wrongIn(value)) {
          const span = { start: request.keySpan.start, end: request.value.span.end };
          const asked = literal(request.value) ?? '';
          if (limit === undefined) yield at(document, span, `\`${request.key}\` is requested and is not in \`limits\``);
          else
            yield at(
              document,
              span,
              `${asked} of \`${request.key}\` are requested and ${literal(limit) ?? ''} are the limit`,
              { evidence: [seen(document, limit.span, 'the limit')] },
            );
        }
      }
    }
  },
});
