import type { Span } from '../../core/location.ts';
import { type DataDocument, entryOf, get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments } from '../../facts/formats/azure.ts';
import { sagemakerEndpointConfigs } from '../../facts/formats/cloudformation.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { boolAt } from '../../facts/formats/field.ts';
import { kserveServices } from '../../facts/formats/kserve.ts';
import { identifiers } from '../../facts/monitoring/identifiers.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Log {
  readonly document: DataDocument;
  readonly span: Span;
  readonly name: string;
  /** A sample, encrypted. */
  readonly careful: boolean;
}

const WHOLE = 100;

function logs(project: Project): readonly Log[] {
  return [
    ...sagemakerEndpointConfigs(project).flatMap(({ document, id, capture }): readonly Log[] => {
      if (capture === undefined || capture.enabled?.value !== true) return [];
      const careful = (capture.percentage?.value ?? WHOLE) < WHOLE && get(capture.node, 'KmsKeyId') !== undefined;
      return [{ document, span: capture.enabled.node.span, name: id, careful }];
    }),
    ...kserveServices(project).flatMap(({ document, name, predictor }): readonly Log[] => {
      const mode = get(predictor?.logger, 'mode');
      const whole =
        predictor?.logger !== undefined && (mode === undefined || /^(all|request)$/.test(literal(mode) ?? ''));
      return whole && predictor?.logger !== undefined
        ? [
            {
              document,
              span: mode?.span ?? entryOf(predictor.logger)?.keySpan ?? predictor.logger.span,
              name: name?.text ?? '',
              careful: false,
            },
          ]
        : [];
    }),
    ...azureDeployments(project).flatMap(({ document, name, endpoint, dataCollector }): readonly Log[] => {
      const inputs = get(dataCollector, 'collections', 'model_inputs') ?? get(dataCollector, 'collections', 'request');
      if (inputs === undefined || !/^true$/i.test(literal(get(inputs, 'enabled')) ?? '')) return [];
      return [
        {
          document,
          span: entryOf(inputs)?.keySpan ?? inputs.span,
          name: `${endpoint?.text ?? ''}/${name?.text ?? ''}`,
          careful: false,
        },
      ];
    }),
    ...databricksResources(project, 'model_serving_endpoints').flatMap(({ document, node, key }): readonly Log[] => {
      const table = get(node, 'ai_gateway', 'inference_table_config') ?? get(node, 'config', 'auto_capture_config');
      return table === undefined || boolAt(table, 'enabled')?.value === false
        ? []
        : [{ document, span: entryOf(table)?.keySpan ?? table.span, name: key, careful: false }];
    }),
  ];
}

/** Something beside the log takes identifiers out. */
const cleans = (document: DataDocument): boolean =>
  /mask|redact|anonymi|pseudonymi|tokeni[sz]e|hash_columns|exclude/i.test(document.text);

const capture = (rest: string): string =>
  `Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all}]\n      DataCaptureConfig:\n        ${rest}\n`;
const features = 'features:\n  - tenure\n  - email\n';

export default defineCheck({
  evaluates: 'logging-of-sensitive-data',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'medium',
  grades: { sampled: { severity: 'medium', when: 'a sample of the requests is kept, encrypted' } },
  title: 'Whole requests with direct identifiers are logged',
  why: 'Drift can be seen in distributions; it needs no names. Each logged request is a copy of personal data in a place with its own readers and its own end.',
  fix: 'Drop or tokenise the identifiers before the log, and keep an id of the request to join with.',
  references: [
    'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
    'https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/',
  ],
  examples: [
    bad({ 'template.yml': capture('EnableCapture: «true»'), 'params.yaml': features }),
    bad({
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    logger: {mode: «all»}\n    sklearn: {}\n',
      'views.py':
        'from feast import Field as F\nfrom feast.types import String\n\nfields = [F(name="customer_phone", dtype=String)]\n',
    }),
    bad({
      'blue.yml':
        'name: blue\nendpoint_name: churn\ninstance_type: a\ndata_collector:\n  collections:\n    «model_inputs»: {enabled: "True"}\n',
      MLmodel:
        'artifact_path: m\nflavors: {python_function: {}}\nmlflow_version: 2.9.2\nsignature:\n  inputs: \'[{"name": "first_name", "type": "string"}]\'\n',
    }),
    bad({
      'resources.yml':
        'resources:\n  model_serving_endpoints:\n    churn:\n      ai_gateway:\n        «inference_table_config»: {enabled: true, catalog_name: main}\n',
      'conf/model.toml': 'input_features = ["age", "ip_address"]\n',
    }),
    bad.as('sampled')({
      'template.yml': capture('{EnableCapture: «true», InitialSamplingPercentage: 10, KmsKeyId: !Ref Key}'),
      'params.yaml': features,
    }),
    good({
      'template.yml': capture('EnableCapture: true'),
      'params.yaml': 'features: [tenure, email_hash, has_phone, page, surname_length]\n',
    }),
    good({ 'template.yml': capture('EnableCapture: false'), 'params.yaml': features }),
    good({
      'template.yml': `# a lambda redacts identifiers\n${capture('EnableCapture: true')}`,
      'params.yaml': features,
      'tests/params.yaml': features,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const known = identifiers(project);
    const [first] = known;
    if (first === undefined) return;
    const columns = [...new Set(known.map(({ column }) => column))];
    for (const { document, span, name, careful } of logs(project)) {
      if (isTemplatePath(document.path) || cleans(document)) continue;
      const evidence = [seen(first.document, first.span, `\`${first.column}\` is an input`)];
      yield at(
        document,
        span,
        `\`${name}\` logs whole requests, and ${columns
          .slice(0, 3)
          .map((column) => `\`${column}\``)
          .join(', ')} ${columns.length === 1 ? 'is' : 'are'} among the inputs of the models`,
        { evidence, ...(careful ? { grade: 'sampled' } : {}) },
      );
    }
  },
});
