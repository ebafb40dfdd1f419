import { tokensOf } from '../paths.ts';

/** What a step of a pipeline does with a model. */
export type StepRole = 'train' | 'validate' | 'deploy';

const TOKENS: Readonly<Record<StepRole, ReadonlySet<string>>> = {
  train: new Set('train training trainer fit finetune finetuning retrain retraining tune tuning sweep hpo'.split(' ')),
  validate: new Set(
    'validate validation validator evaluate evaluation evaluator eval assess assessment quality gate compare comparison champion challenger approve approval verify backtest benchmark test tests testing check checks'.split(
      ' ',
    ),
  ),
  deploy: new Set(
    'deploy deployment deployer register registration promote promotion release publish rollout serve serving'.split(
      ' ',
    ),
  ),
};

/** Names of one word that hold two: `ModelValidation` is split, `modelvalidation` is not. */
const PARTS: Readonly<Record<StepRole, RegExp>> = {
  train: /(fine)?tun(e|ing)model|modeltrain|trainmodel/,
  validate: /modelvalidat|validatemodel|modeleval|evalmodel/,
  deploy: /modeldeploy|deploymodel|modelregist|registermodel|uploadmodel/,
};

const UPLOADS = / (upload|push|copy) (\w+ )?model | model (upload|push|registry) /;

/** Every role that a name speaks of; empty for steps that do something else. */
export function rolesOf(name: string): ReadonlySet<StepRole> {
  const tokens = tokensOf(name.slice(0, 300));
  const roles = (['train', 'validate', 'deploy'] as const).filter((role) =>
    tokens.some((token) => TOKENS[role].has(token) || PARTS[role].test(token)),
  );
  const phrase = ` ${tokens.join(' ')} `;
  // `undeploy`, `deploy docs` and `test deployment environment` move no model.
  const other =
    / (docs?|documentation|site|pages|package|pypi|wheel|docker|image|infra|infrastructure|terraform|bundle|dashboard) /.test(
      phrase,
    ) && !/ (model|endpoint|serving) /.test(phrase);
  const all = new Set<StepRole>(UPLOADS.test(phrase) ? [...roles, 'deploy'] : roles);
  if (other) all.delete('deploy');
  return all;
}
