import { repoPath } from '../../../src/core/location.ts';
import { placeOf } from '../../../src/documents/document.ts';
import { misfitsOf } from '../../../src/facts/formats/shapes.ts';
import { projectOf } from './project.ts';

function misfits(path: string, text: string): readonly string[] {
  const document = projectOf({ [path]: text }).document(repoPath(path));
  if (document === undefined || !('roots' in document)) throw new Error(`${path} has no tree`);
  return misfitsOf(document).map(({ node, message }) => `${placeOf(document, node.span).startLine} ${message}`);
}

const kserve = (minimum: string): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    minReplicas: ${minimum}\n`;

test('a field of another shape is told with its place, what it is and what belongs there', () => {
  expect(misfits('a.yaml', kserve('three'))).toEqual([
    '6 `spec.predictor.minReplicas` is `three` where a number belongs; nothing is concluded from it',
  ]);
  expect(misfits('a.yaml', kserve('[1]'))).toEqual([
    '6 `spec.predictor.minReplicas` is a list where a number belongs; nothing is concluded from it',
  ]);
});

test.each(['3', '"3"', '${MIN}', 'null', '!Ref Minimum'])(
  'a number, a quoted one, a substitution and null fit: %s',
  (value) => {
    expect(misfits('a.yaml', kserve(value))).toEqual([]);
  },
);

test('each document of a stream is judged by its own format and kind', () => {
  expect(
    misfits(
      'a.yaml',
      'apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: many}\n---\napiVersion: acme.org/v1\nkind: Thing\nspec: {replicas: {min: 1}}\n',
    ),
  ).toEqual(['3 `spec.replicas` is `many` where a number belongs; nothing is concluded from it']);
});

test('an alert without an expression and a share that is no number', () => {
  expect(
    misfits('r.yaml', 'groups:\n- name: a\n  rules:\n  - {alert: A, expr: up == 0}\n  - alert: B\n    for: 5m\n'),
  ).toEqual(['5 `groups[0].rules[1]` has no `expr`; nothing is concluded from it']);
  expect(
    misfits(
      'e.yml',
      '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: a\nauth_mode: key\ntraffic: {blue: most}\n',
    ),
  ).toEqual(['4 `traffic.blue` is `most` where a number belongs; nothing is concluded from it']);
});

test('what no format claims may be of any shape', () => {
  expect(misfits('a.yaml', 'spec: {replicas: many}\n')).toEqual([]);
});
