import { repoPath } from '../../../src/core/location.ts';
import { classOfPath, environmentOf, isProductionPath, isShowcasePath } from '../../../src/facts/python/paths.ts';

test.each([
  ['src/train.py', 'production'],
  ['tests/conftest.py', 'test'],
  ['src/pkg/test_model.py', 'test'],
  ['src/pkg/model_test.py', 'test'],
  ['conftest.py', 'test'],
  ['src/latest/model.py', 'production'],
  ['src/contest.py', 'production'],
  ['src/test_split/model.py', 'production'],
  ['examples/mnist/main.py', 'example'],
  ['docs/source/conf.py', 'docs'],
  ['benchmarks/speed.py', 'benchmark'],
  ['bench_io.py', 'benchmark'],
  ['notebooks/eda.py', 'notebook'],
  ['analysis.ipynb', 'notebook'],
  ['examples/tests/a.py', 'test'],
  ['Research/a.py', 'notebook'],
  ['src/samples.py', 'production'],
])('%s is %s', (path, kind) => {
  expect(classOfPath(repoPath(path))).toBe(kind);
});

test('groups of classes', () => {
  expect(isShowcasePath(repoPath('docs/a.py'))).toBe(true);
  expect(isProductionPath(repoPath('a.py'))).toBe(true);
  expect(isShowcasePath(repoPath('tests/a.py'))).toBe(false);
});

test.each([
  ['deploy/values-prod.yaml', 'production'],
  ['overlays/staging/kustomization.yaml', 'trial'],
  ['prod/jobs/dev.yaml', 'trial'],
  ['products/live.yml', 'production'],
  ['products/delivery.yml', undefined],
])('%s is of environment %s', (path, environment) => {
  expect(environmentOf(path)).toBe(environment);
});
