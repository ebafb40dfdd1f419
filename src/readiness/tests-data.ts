import { dbtTests } from '../facts/formats/dbt.ts';
import { geCheckpoints, geSuites, panderaSchemas, sodaChecks } from '../facts/formats/expectations.ts';
import { automated, calledIn, ciSteps, described, documented, filesMatching, runBy, together } from './evidence.ts';
import type { RubricTest } from './rubric.ts';

const always = { applies: () => true, contradictedBy: [] } as const;
const onData = { applies: ({ handlesData }: { readonly handlesData: boolean }) => handlesData } as const;

/** Features and data: D1 to D7. */
export const DATA_TESTS: readonly RubricTest[] = [
  {
    id: 'D1',
    section: 'data',
    title: 'Feature expectations are captured in a schema',
    reach: 'full',
    wouldCount: 'a data check (Great Expectations, dbt test, Soda, pandera) that a pipeline or CI runs',
    ...onData,
    contradictedBy: ['data-check-removed', 'data-check-weakened', 'validation-step-nonblocking'],
    signal: (project) =>
      together(
        runBy(described(geSuites(project), 'expectation suite'), [
          ...described(geCheckpoints(project), 'checkpoint runs it'),
          ...ciSteps(project, /great_expectations|gx checkpoint/, 'CI runs it'),
        ]),
        runBy(described(dbtTests(project), 'dbt test'), ciSteps(project, /\bdbt (test|build)\b/, 'CI runs it')),
        runBy(described(sodaChecks(project), 'Soda check'), ciSteps(project, /\bsoda scan\b/, 'CI runs it')),
        documented(described(panderaSchemas(project), 'pandera schema')),
        automated(
          calledIn(
            project,
            ['pandera'],
            /^pandera\.(\w+\.)*\w*(DataFrameSchema|DataFrameModel|SchemaModel)\(\)\.validate$|^pandera\.check_(types|input|output)/,
            'schema checked where data is read',
          ),
        ),
      ),
  },
  {
    id: 'D2',
    section: 'data',
    title: 'All features are beneficial',
    reach: 'never',
    wouldCount: '',
    ...always,
    signal: () => together(),
  },
  {
    id: 'D3',
    section: 'data',
    title: "No feature's cost is too much",
    reach: 'never',
    wouldCount: '',
    ...always,
    signal: () => together(),
  },
  {
    id: 'D4',
    section: 'data',
    title: 'Features adhere to meta-level requirements',
    reach: 'partial',
    wouldCount: 'a policy of allowed features that CI checks',
    ...onData,
    contradictedBy: ['protected-attribute-added'],
    signal: (project) =>
      documented(
        filesMatching(
          project,
          /(^|\/)(feature[_-]policy|features?[_-]allow)[^/]*\.(ya?ml|json|toml)$/i,
          'feature policy',
        ),
      ),
  },
  {
    id: 'D5',
    section: 'data',
    title: 'The data pipeline has appropriate privacy controls',
    reach: 'partial',
    wouldCount: 'masking or tokenisation in the pipeline, or retention on captured data',
    ...onData,
    contradictedBy: [
      'inference-log-captures-pii',
      'credential-in-ml-config',
      'sec-hardcoded-secret',
      'sec-pii-logging',
      'nb-secret-in-output',
    ],
    signal: (project) =>
      documented(
        calledIn(
          project,
          ['presidio', 'anonymize', 'tokenize_pii', 'mask_pii'],
          /^presidio_\w+\./,
          'personal data is masked',
        ),
      ),
  },
  {
    id: 'D6',
    section: 'data',
    title: 'New features can be added quickly',
    reach: 'never',
    wouldCount: '',
    ...always,
    signal: () => together(),
  },
  {
    id: 'D7',
    section: 'data',
    title: 'All input feature code is tested',
    reach: 'full',
    wouldCount: 'tests of the feature or transform modules that CI runs',
    ...onData,
    contradictedBy: [],
    signal: (project) =>
      runBy(
        filesMatching(
          project,
          /(^|\/)tests?\/.*(feature|preprocess|transform|clean|dataset|data)[^/]*\.py$/i,
          'test of feature code',
        ),
        ciSteps(
          project,
          /\bpytest\b|\btox\b|\bnox\b|\b(make|just|task|poe|hatch|pdm|poetry|uv) (run )?[\w:. -]*test/,
          'CI runs the tests',
        ),
      ),
  },
];
