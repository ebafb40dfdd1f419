import { type DataDocument, type DataNode, entryOf, literal, pathOf, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { formatsOf } from '../../facts/formats/recognise.ts';
import { environmentOf, isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { isProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const ELSEWHERE = new Set('dev development staging stg sandbox nonprod uat'.split(' '));

/** Keys whose value says where data or models lie. */
const PLACES =
  /^(table_name|baseline_table_name|output_schema_name|catalog_name|schema_name|catalog|schema|entity_name|model_name|registered_model_name|bucket|\w*_(bucket|table|schema|catalog|uri|url|path|endpoint)|\w*[a-z](Uri|Url|Path|Bucket|Endpoint)|uri|url|path|endpoint|database|dataset|project|storageUri|modelUri|value)$/;

/** `dev.ml.churn`, `s3://acme-dev/x`, `https://staging.acme.io`; a sentence or a single word is none. */
const ADDRESS =
  /^([\w-]+\.[\w-]+(\.[\w-]+)?$|[a-z][a-z0-9+]*:\/\/|\/(mnt|Volumes|dbfs)\/|[a-z0-9-]+-(dev|staging|stg|sandbox|uat|nonprod)$|(dev|staging|stg|sandbox|uat|nonprod)[-_][\w-]+$)/;

const COPIES = new Set('copy source src from promote promotion origin sync'.split(' '));

/** The other environment that a value names; undefined where it names none. */
function elsewhere(node: DataNode): string | undefined {
  const said = node.kind === 'scalar' ? literal(node) : undefined;
  const key = entryOf(node)?.key ?? '';
  if (said === undefined || said.length > 300 || !PLACES.test(key) || /\s/.test(said)) return undefined;
  const single = /^(catalog_name|schema_name|catalog|schema)$/.test(key) && ELSEWHERE.has(said);
  if (!single && (!ADDRESS.test(said) || /\.(ya?ml|json|py|md|sh|svc|local|txt)\b/.test(said))) return undefined;
  if (pathOf(node).some((part) => tokensOf(String(part)).some((token) => COPIES.has(token)))) return undefined;
  const tokens = tokensOf(said);
  return tokens.some((token) => /^(prod|prd|production)$/.test(token))
    ? undefined
    : tokens.find((token) => ELSEWHERE.has(token));
}

/** Roots below which a literal is deployed to production. */
function bundleParts(document: DataDocument, project: Project): readonly DataNode[] {
  const parametrised = /\$\{(bundle\.(target|environment)|var\.)/.test(document.text);
  return thoseIn(databricksResources(project), document)
    .filter(({ target }) => (target === undefined ? parametrised : environmentOf(target) === 'production'))
    .map(({ node }) => node);
}

const FORMATS = new Set([
  'kubernetes',
  'kserve',
  'seldon-v1',
  'seldon-v2',
  'helm-values',
  'compose',
  'terraform-variables',
  'azure-online-deployment',
  'azure-batch-deployment',
  'azure-monitor',
  'feast-store',
  'cloudformation',
]);

function production(document: DataDocument): readonly DataNode[] {
  const known = formatsOf(document).filter(({ name, root }) => FORMATS.has(name) && isProduction(document, root));
  return [...new Set(known.map(({ root }) => root))];
}

export default defineCheck({
  evaluates: 'referential-integrity',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Production configuration names another environment',
  why: 'Production scores with, monitors or writes to what a test run may overwrite at any time, and nobody notices because everything resolves.',
  fix: 'Take the environment from the target or a variable, as the settings beside it do.',
  references: ['https://docs.databricks.com/aws/en/dev-tools/bundles/variables', 'https://12factor.net/config'],
  mentions: [...ELSEWHERE],
  examples: [
    bad({
      'resources/monitor.yml':
        'resources:\n  quality_monitors:\n    churn:\n      table_name: «dev.ml.predictions»\n      output_schema_name: ${bundle.target}.ml\n',
      'databricks.yml':
        'bundle: {name: a}\ntargets:\n  prod:\n    resources:\n      model_serving_endpoints:\n        churn:\n          config: {served_entities: [{entity_name: «staging.ml.churn», entity_version: "3"}]}\n',
      'deploy/prod/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    sklearn:\n      storageUri: «s3://acme-models-dev/churn/7»\n',
      'values-prod.yaml': 'api:\n  featureUrl: «https://staging.features.acme.io»\n',
      'env/prod.tfvars': 'bucket = «"acme-staging"»\n',
    }),
    good({
      'resources/monitor.yml':
        'resources:\n  quality_monitors:\n    churn:\n      table_name: ${bundle.target}.ml.predictions\n      assets_dir: /Shared/dev\n',
      'resources/literal.yml': 'resources:\n  quality_monitors:\n    churn:\n      table_name: dev.ml.predictions\n',
      'databricks.yml':
        'bundle: {name: a}\ntargets:\n  dev:\n    resources:\n      jobs:\n        churn: {name: "${var.x}", parameters: [{name: t, default: dev.ml.x}]}\n  staging:\n    resources:\n      quality_monitors: {churn: {table_name: staging.ml.x}}\n',
      'deploy/dev/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    sklearn: {storageUri: "s3://acme-models-dev/churn/7"}\n',
      'values-prod.yaml':
        'copy:\n  sourceUri: s3://acme-dev/x\nnote: promoted from dev.ml\nurl: https://prod.acme.io/dev-docs\n',
    }),
  ],

  reads: ['yaml', 'json', 'hcl'],
  *inspect(document, project) {
    if (isTemplatePath(document.path)) return;
    const seen = new Set<DataNode>();
    for (const root of [...bundleParts(document, project), ...production(document)]) {
      for (const node of walk(root)) {
        const named = seen.has(node) ? undefined : elsewhere(node);
        seen.add(node);
        if (named !== undefined)
          yield at(
            document,
            node.span,
            `\`${entryOf(node)?.key ?? ''}\` is \`${text(node)}\`, which lies in ${named}, in what is deployed to production`,
          );
      }
    }
  },
});
