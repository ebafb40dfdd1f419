import { rolesOf } from '../../../src/facts/orchestration/roles.ts';

test.each([
  ['train', ['train']],
  ['ModelValidation', ['validate']],
  ['TrainAndEvaluate', ['train', 'validate']],
  ['register_model', ['deploy']],
  ['upload model', ['deploy']],
  ['modeldeployment', ['deploy']],
  ['deploy-docs', []],
  ['publish docker image', []],
  ['deploy model image', ['deploy']],
  ['constrained_contest', []],
  ['ingest', []],
] as const)('%s plays %j', (name, roles) => {
  expect([...rolesOf(name)].sort()).toEqual([...roles].sort());
});
