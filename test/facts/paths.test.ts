import { repoPath } from '../../src/core/location.ts';
import { environmentOf, pathClassOf } from '../../src/facts/paths.ts';

test.each([
  ['values-prod.yaml', 'production'],
  ['values-pre-prod.yaml', 'staging'],
  ['values-qa.yaml', 'staging'],
  ['overlays/non-prod/kustomization.yaml', 'development'],
  ['deploy/nonprod.yaml', 'development'],
  ['churn-demo', 'development'],
  ['dev-to-prod', 'unknown'],
  ['values.yaml', 'unknown'],
] as const)('%s speaks of %s', (name, expected) => expect(environmentOf(name)).toBe(expected));

test.each([
  ['deploy/helm/values-example.yaml', 'example'],
  ['config/settings.example.toml', 'example'],
  ['src/load_examples.py', 'production'],
  ['jobs/basics/hello-pipeline.yml', 'example'],
  ['src/hello.py', 'production'],
  ['chapter4_serving_patterns/web/app.py', 'example'],
  ['src/chapters/app.py', 'production'],
  ['module_1/feature_repo/features.py', 'production'],
  ['.github/values-01-minimal.yaml', 'test'],
  ['.github/workflows/deploy-values.yaml', 'production'],
  ['.github/ml-review.yml', 'production'],
] as const)('%s is of class %s', (path, expected) => expect(pathClassOf(repoPath(path))).toBe(expected));
