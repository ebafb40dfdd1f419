import { kubernetesWorkloads } from '../../../src/facts/formats/kubernetes.ts';
import { rootsOf } from '../../../src/facts/formats/recognise.ts';
import { composeServices } from '../../../src/facts/formats/servers.ts';
import { exposuresOf, isFenced, publishedPort } from '../../../src/facts/serving/exposure.ts';
import { imageParts } from '../../../src/facts/serving/images.ts';
import { remoteCodeIn } from '../../../src/facts/serving/remote-code.ts';
import { projectOf } from '../formats/project.ts';

const pod =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: ml}\nspec: {template: {metadata: {labels: {app: a}}}}\n';
const service = (rest: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  selector: {app: a}\n  ports: [{port: 80, targetPort: 8000}]\n${rest}`;

function through(text: string, ports?: ReadonlySet<number>): readonly string[] {
  const project = projectOf({ 'a.yaml': text });
  return kubernetesWorkloads(project).flatMap((workload) =>
    exposuresOf(project, workload, ports).map((each) => each.through),
  );
}

describe('exposures', () => {
  test('are balancers and node ports that select the pods', () => {
    expect(through(`${pod}${service('  type: LoadBalancer\n')}`)).toEqual(['LoadBalancer Service `a`']);
    expect(through(`${pod}${service('  type: ClusterIP\n')}`)).toEqual([]);
    expect(through(`${pod}${service('  type: NodePort\n').replace('app: a', 'app: b')}`)).toEqual([]);
  });

  test('count for the ports that are asked for', () => {
    const text = `${pod}${service('  type: LoadBalancer\n')}`;
    expect(through(text, new Set([8000]))).toHaveLength(1);
    expect(through(text, new Set([8081]))).toHaveLength(0);
  });

  test('are none behind a range of sources or a policy', () => {
    expect(through(`${pod}${service('  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]\n')}`)).toEqual([]);
    const project = projectOf({
      'a.yaml': `${pod}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {matchLabels: {app: a}}, ingress: [{from: []}]}\n`,
    });
    expect(kubernetesWorkloads(project).map((workload) => isFenced(project, workload))).toEqual([true]);
  });
});

test.each([
  ['8000:8000', true],
  ['127.0.0.1:8000:8000', false],
  ['8000', false],
  ['${PORT:-5503}:8000', true],
  ['${PORT}:8000', false],
  ['${PORT:-8000}', false],
])('the port %s of a compose service is published beyond the host: %s', (port, published) => {
  const [found] = composeServices(
    projectOf({ 'compose.yaml': `services:\n  a:\n    image: a\n    ports: ["${port}"]\n` }),
  );
  if (found === undefined) throw new Error('no service was read');
  expect(publishedPort(found) !== undefined).toBe(published);
});

test('an image falls into repository, tag and digest', () => {
  expect(imageParts('registry.acme.io:5000/a/b:1@sha256:00')).toEqual({
    repository: 'registry.acme.io:5000/a/b',
    tag: '1',
    digest: 'sha256:00',
  });
  expect(imageParts('registry.acme.io:5000/a/b')).toEqual({
    repository: 'registry.acme.io:5000/a/b',
    tag: undefined,
    digest: undefined,
  });
});

test('remote code tells pinned, local and moving sources apart', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const text = `apiVersion: v1\nkind: X\nargs: [--model, a/b, --revision, ${commit}, --trust-remote-code]\nother: [--model=/m, --trust-remote-code]\nlast: {model: a/b, trust_remote_code: true}\n`;
  const found = rootsOf(projectOf({ 'a.yaml': text }), 'kubernetes').flatMap(({ document }) => remoteCodeIn(document));
  expect(found.map(({ source, model }) => `${model} ${source}`).sort()).toEqual([
    '/m local',
    'a/b moving',
    'a/b pinned',
  ]);
});
