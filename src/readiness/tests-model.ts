import { repoPath } from '../core/location.ts';
import { sagemakerResources } from '../facts/formats/cloudformation.ts';
import { databricksResources } from '../facts/formats/databricks.ts';
import { boolAt } from '../facts/formats/field.ts';
import { codeOwners } from '../facts/formats/github.ts';
import { mlflowRecipes } from '../facts/formats/training.ts';
import {
  automated,
  calledIn,
  ciSteps,
  described,
  documented,
  filesMatching,
  runBy,
  seenIn,
  together,
} from './evidence.ts';
import type { RubricTest } from './rubric.ts';

const onTraining = { applies: ({ trains }: { readonly trains: boolean }) => trains } as const;
const always = { applies: () => true, contradictedBy: [] } as const;

const FAIRNESS = /^(fairlearn\.metrics\.|aif360\.|raiwidgets\.|responsibleai\.)/;

/** Model development: M1 to M7. */
export const MODEL_TESTS: readonly RubricTest[] = [
  {
    id: 'M1',
    section: 'model',
    title: 'Model specs are reviewed and checked in',
    reach: 'partial',
    wouldCount: 'training code with an owner in CODEOWNERS',
    ...onTraining,
    contradictedBy: ['approval-gate-removed'],
    signal: (project) =>
      documented(
        codeOwners(project)
          .slice(0, 2)
          .map(({ path, line }) => ({ path: repoPath(path), line, note: 'code owner' })),
      ),
  },
  {
    id: 'M2',
    section: 'model',
    title: 'Offline and online metrics correlate',
    reach: 'never',
    wouldCount: '',
    ...always,
    signal: () => together(),
  },
  {
    id: 'M3',
    section: 'model',
    title: 'All hyperparameters have been tuned',
    reach: 'partial',
    wouldCount: 'a recorded search (Optuna, Katib, a sweep) with its results',
    ...onTraining,
    contradictedBy: ['leak-hpo-on-test'],
    signal: (project) =>
      documented(
        calledIn(
          project,
          ['optuna', 'GridSearchCV', 'RandomizedSearchCV', 'hyperopt', 'wandb.sweep', 'ray.tune'],
          /^(optuna\.create_study|sklearn\.model_selection\.(GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV)|hyperopt\.fmin|wandb\.sweep|ray\.tune\.)/,
          'search',
        ),
      ),
  },
  {
    id: 'M4',
    section: 'model',
    title: 'The impact of model staleness is known',
    reach: 'never',
    wouldCount: '',
    ...always,
    signal: () => together(),
  },
  {
    id: 'M5',
    section: 'model',
    title: 'A simpler model is not better',
    reach: 'partial',
    wouldCount: 'a baseline in the quality gate',
    ...onTraining,
    contradictedBy: ['validation-gate-disabled'],
    signal: (project) =>
      documented(
        calledIn(
          project,
          ['DummyClassifier', 'DummyRegressor', 'baseline'],
          /^(sklearn\.dummy\.|mlflow\.validate_evaluation_results)/,
          'baseline',
        ),
      ),
  },
  {
    id: 'M6',
    section: 'model',
    title: 'Quality is sufficient on important slices',
    reach: 'full',
    wouldCount: 'a sliced evaluation with a threshold per slice in the gate',
    ...onTraining,
    contradictedBy: [],
    signal: (project) =>
      together(
        documented(
          calledIn(
            project,
            ['MetricFrame', 'tensorflow_model_analysis'],
            /^(fairlearn\.metrics\.MetricFrame|tensorflow_model_analysis\.(SlicingSpec|EvalConfig))/,
            'sliced evaluation',
          ),
        ),
        documented(
          described(
            databricksResources(project, 'quality_monitors').filter(
              ({ node }) => node.kind === 'map' && node.entries.some(({ key }) => key === 'slicing_exprs'),
            ),
            'monitored by slice',
          ),
        ),
      ),
  },
  {
    id: 'M7',
    section: 'model',
    title: 'The model has been tested for considerations of inclusion',
    reach: 'full',
    wouldCount: 'a fairness metric with a threshold that stops the pipeline',
    ...onTraining,
    contradictedBy: [
      'fairness-threshold-loosened',
      'fairness-evaluation-not-evidenced',
      'fair-sensitive-feature-unmonitored',
    ],
    signal: (project) =>
      together(
        runBy(
          calledIn(project, ['fairlearn', 'aif360', 'responsibleai', 'raiwidgets'], FAIRNESS, 'fairness metric'),
          ciSteps(project, /fairness|bias/i, 'CI runs it'),
        ),
        automated(described(sagemakerResources(project, 'AWS::SageMaker::ModelBiasJobDefinition'), 'bias monitor')),
        documented(filesMatching(project, /(^|\/)[^/]*fairness[^/]*\.(ya?ml|json|toml)$/i, 'fairness policy')),
      ),
  },
];

/** Quality gates that can stop a model, for I4 and the validation row. */
export function gateEvidence(project: Parameters<RubricTest['signal']>[0]): ReturnType<RubricTest['signal']> {
  const recipes = mlflowRecipes(project).filter(
    ({ criteria, allowNonValidated }) => criteria.length > 0 && allowNonValidated?.value !== true,
  );
  const jobs = databricksResources(project, 'jobs').filter(
    ({ node }) => boolAt(node, 'enable_baseline_comparison')?.value === true,
  );
  return together(
    automated(recipes.map(({ document, node }) => seenIn(document, node.span, 'validation criteria'))),
    automated(described(jobs, 'baseline comparison')),
    automated(
      calledIn(
        project,
        ['validate_evaluation_results', 'mlflow.evaluate', 'validation_thresholds'],
        /^mlflow\.(validate_evaluation_results|models\.validate_evaluation_results)$/,
        'gate in code',
      ),
    ),
    runBy(
      filesMatching(project, /(^|\/)[^/]*(validat|evaluat)[^/]*\.py$/i, 'evaluation step'),
      ciSteps(project, /(validat|evaluat)\w*\.py|-m \S*(validat|evaluat)/, 'CI runs it and can fail'),
    ),
  );
}
