import type { Evidence } from '../core/finding.ts';
import { get } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { azureDeployments, azureEndpoints } from '../facts/formats/azure.ts';
import { sagemakerResources } from '../facts/formats/cloudformation.ts';
import { databricksBundles, databricksResources } from '../facts/formats/databricks.ts';
import { dvcLocks, dvcPipelines } from '../facts/formats/dvc.ts';
import { mapsAt, textAt } from '../facts/formats/field.ts';
import { kserveServices, seldonExperiments } from '../facts/formats/kserve.ts';
import { objectsOf } from '../facts/formats/kubernetes.ts';
import { modelReferences } from '../facts/formats/model-references.ts';
import { pathClassOf } from '../facts/paths.ts';
import { seedings } from '../facts/training/seeds.ts';
import { automated, ciSteps, described, documented, filesMatching, runBy, seenIn, together } from './evidence.ts';
import type { RubricTest } from './rubric.ts';
import { gateEvidence } from './tests-model.ts';

const onTraining = { applies: ({ trains }: { readonly trains: boolean }) => trains } as const;
const onServing = { applies: ({ serves }: { readonly serves: boolean }) => serves } as const;
const TESTS =
  /\bpytest\b|\btox\b|\bnox\b|\b(make|just|task|poe|hatch|pdm|poetry|uv) (run )?[\w:. -]*test|python -m unittest/;

/** Lock files, a pipeline whose runs are recorded, seeds. */
export function reproducibleEvidence(project: Project): readonly Evidence[] {
  const locks = filesMatching(
    project,
    /(^|\/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|conda-lock\.ya?ml|pylock[^/]*\.toml)$/,
    'locked packages',
  );
  const recorded = [...dvcLocks(project).values()].map(({ document }) => ({
    path: document.path,
    line: 1,
    note: 'recorded runs and data',
  }));
  const seeds = project
    .documents('python', ['seed'])
    .filter(({ path }) => pathClassOf(path) === 'production')
    .flatMap((document) =>
      seedings(document)
        .slice(0, 1)
        .map(({ call }) => seenIn(document, call.node, 'seed')),
    );
  return [...locks.slice(0, 2), ...recorded.slice(0, 2), ...seeds.slice(0, 2)];
}

/** Places that deploy one fixed version of a model: what a rollback goes back to. */
export function pinnedDeployments(project: Project): readonly Evidence[] {
  const referred = (['yaml', 'json', 'hcl', 'toml'] as const)
    .flatMap((kind) => project.documents(kind, ['model', 'Model', 'storageUri']))
    .filter(({ path }) => pathClassOf(path) === 'production')
    .flatMap((document) =>
      modelReferences(document)
        .filter(({ reference }) => reference === 'version')
        .map(({ node, text }) => seenIn(document, node.span, `deploys \`${text}\``)),
    );
  const entities = databricksResources(project, 'model_serving_endpoints').flatMap(({ document, node }) =>
    mapsAt(node, 'config', 'served_entities').flatMap((entity) => {
      const version = textAt(entity, 'entity_version');
      if (version?.value === undefined || !/^\d+$/.test(version.value)) return [];
      return [seenIn(document, version.node.span, `deploys version ${version.value}`)];
    }),
  );
  return [...referred, ...entities].slice(0, 4);
}

/** Traffic that moves to a new version step by step. */
function canaries(project: Project): readonly Evidence[] {
  const kserve = kserveServices(project).filter(({ predictor }) => predictor?.canaryTrafficPercent !== undefined);
  const azure = azureEndpoints(project).filter(({ node }) => {
    const traffic = get(node, 'traffic');
    return traffic?.kind === 'map' && traffic.entries.length > 1;
  });
  return [
    ...described(kserve, 'canary traffic'),
    ...described(seldonExperiments(project), 'experiment'),
    ...described(azure, 'traffic split'),
    ...described(objectsOf(project, 'Rollout', 'Canary'), 'progressive rollout'),
    ...described(
      sagemakerResources(project, 'AWS::SageMaker::Endpoint').filter(
        ({ node }) => get(node, 'Properties', 'DeploymentConfig') !== undefined,
      ),
      'deployment guardrails',
    ),
  ];
}

/** ML infrastructure: I1 to I7. */
export const INFRASTRUCTURE_TESTS: readonly RubricTest[] = [
  {
    id: 'I1',
    section: 'infrastructure',
    title: 'Training is reproducible',
    reach: 'partial',
    wouldCount: 'a lock file, a pinned data version and a seed for the training job',
    ...onTraining,
    contradictedBy: [
      'dvc-lock-stale',
      'dvc-lock-not-committed',
      'dvc-dangling-dependency',
      'repro-no-seed-in-training-script',
      'repro-split-unseeded',
      'unpinned-ml-dependency',
      'training-input-floating',
      'mlproject-no-environment',
    ],
    signal: (project) => documented(reproducibleEvidence(project)),
  },
  {
    id: 'I2',
    section: 'infrastructure',
    title: 'Model spec code is unit tested',
    reach: 'full',
    wouldCount: 'tests of the training or model modules that CI runs',
    ...onTraining,
    contradictedBy: [],
    signal: (project) =>
      runBy(
        filesMatching(project, /(^|\/)tests?\/.*(model|train|job|pipeline|learn)[^/]*\.py$/i, 'test of model code'),
        ciSteps(project, TESTS, 'CI runs the tests'),
      ),
  },
  {
    id: 'I3',
    section: 'infrastructure',
    title: 'The full ML pipeline is integration tested',
    reach: 'full',
    wouldCount: 'a CI job that runs the whole pipeline on a sample',
    ...onTraining,
    contradictedBy: [],
    signal: (project) =>
      together(
        automated(
          ciSteps(
            project,
            /\bdvc repro\b|databricks bundle (deploy|run|validate)|kfp .*run|mlflow run|integration|end[-_]to[-_]end|e2e/,
            'CI runs the pipeline',
          ),
        ),
        documented(
          described(
            databricksBundles(project).filter(({ targets }) => targets.some(({ name }) => /test|staging/.test(name))),
            'a target to test in',
          ),
        ),
      ),
  },
  {
    id: 'I4',
    section: 'infrastructure',
    title: 'Model quality is validated before serving',
    reach: 'full',
    wouldCount: 'a gate between training and deployment that can fail',
    ...onTraining,
    contradictedBy: [
      'validation-gate-disabled',
      'deploy-condition-always-true',
      'deploy-without-validation-node',
      'validation-threshold-loosened',
      'registry-promote-without-gate',
      'auto-retrain-without-gate',
      'validation-step-nonblocking',
      'eval-no-holdout',
    ],
    signal: gateEvidence,
  },
  {
    id: 'I5',
    section: 'infrastructure',
    title: 'The model allows debugging by observing its computation',
    reach: 'never',
    wouldCount: '',
    applies: () => true,
    contradictedBy: [],
    signal: () => together(),
  },
  {
    id: 'I6',
    section: 'infrastructure',
    title: 'Models are canaried before serving',
    reach: 'full',
    wouldCount: 'a canary or shadow step before a version takes all traffic',
    ...onServing,
    contradictedBy: ['big-bang-model-rollout'],
    signal: (project) => automated(canaries(project)),
  },
  {
    id: 'I7',
    section: 'infrastructure',
    title: 'Serving models can be rolled back',
    reach: 'partial',
    wouldCount: 'a pinned model version, and the version before it kept deployable',
    ...onServing,
    contradictedBy: [
      'model-version-floating',
      'rollback-target-removed',
      'registry-load-latest',
      'mlflow-stage-reference',
    ],
    signal: (project) => documented(pinnedDeployments(project)),
  },
];

/** Whether a pipeline description exists at all, for the training row. */
export const trainingEvidence = (project: Project): readonly Evidence[] => [
  ...dvcPipelines(project)
    .slice(0, 2)
    .map(({ document }) => ({ path: document.path, line: 1, note: 'pipeline' })),
  ...reproducibleEvidence(project),
];

export const servingEvidence = (project: Project): readonly Evidence[] => [
  ...pinnedDeployments(project),
  ...described(azureDeployments(project), 'deployment').slice(0, 1),
];
