import type { Span } from '../../core/location.ts';
import { type DataNode, entryOf } from '../../documents/data.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { predecessors, stepsBack } from '../../facts/serving/predecessor.ts';
import { served, watched } from '../../facts/serving/rollouts.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

function spanOf(node: DataNode, model: string): Span {
  const entry = entryOf(node);
  return entry?.key === model ? { start: entry.keySpan.start, end: node.span.end } : node.span;
}

const isvc = (uri: string, rest = '', name = 'churn'): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: ${name}}\nspec:\n  predictor:\n${rest}    sklearn:\n      storageUri: ${uri}\n`;
const endpoint = (traffic: string, rest = ''): string =>
  `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: rank\nauth_mode: aad_token\ntraffic: {${traffic}}\n${rest}`;
const template = (uri: string, rest = ''): string =>
  `Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n    Properties:\n      PrimaryContainer:\n        ModelDataUrl: ${uri}\n  Endpoint:\n    Type: AWS::SageMaker::Endpoint\n    Properties:\n      EndpointConfigName: a\n${rest}`;

export default defineCheck({
  evaluates: 'rollback',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: { final: { severity: 'high', when: 'no other deployment of the endpoint is left to go back to' } },
  title: 'All traffic moves to a new model at once',
  why: 'A model that is worse on live requests than it was in the evaluation answers everybody until somebody notices.',
  fix: 'Send it a few percent first, or mirror the traffic, with an automatic way back.',
  references: [
    'https://kserve.github.io/website/docs/model-serving/predictive-inference/rollout-strategies/canary-example',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html',
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-safely-rollout-online-endpoints',
  ],
  examples: [
    bad({
      'isvc.yaml': changed(isvc('gs://acme/churn/7'), isvc('«gs://acme/churn/8»')),
      'template.yml': changed(template('s3://acme/m/3/model.tar.gz'), template('«s3://acme/m/4/model.tar.gz»')),
    }),
    bad({ 'endpoint.yml': changed(endpoint('blue: 100, green: 0'), endpoint('blue: 0, «green: 100»')) }),
    bad({
      'seldon.yaml': changed(
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n  predictors: [{graph: {name: m, modelUri: "gs://a/1"}}]\n',
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n  predictors: [{graph: {name: m, modelUri: «"gs://a/2"»}}]\n',
      ),
    }),
    bad.as('final')({ 'endpoint.yml': changed(endpoint('blue: 100'), endpoint('«green: 100»')) }),
    bad({
      'template.yaml': changed(
        'Resources:\n  Config1:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all, ModelName: churn-v7, InitialInstanceCount: 2}]\n',
        'Resources:\n  Config2:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all, ModelName: «churn-v8», InitialInstanceCount: 2}]\n',
      ),
    }),
    good({
      'canary/1.yml': endpoint('blue: 100'),
      'canary/2.yml': endpoint('blue: 90, green: 10'),
      'canary/3.yml': changed(endpoint('green: 100'), `${endpoint('green: 100')}# last step\n`),
      'simple/1.yml': changed(null, endpoint('green: 100')),
      'samples/rollout/default.yaml': changed(isvc('gs://acme/flowers'), isvc('gs://acme/flowers')),
      'samples/rollout/canary.yaml': changed(isvc('gs://acme/flowers-2'), `${isvc('gs://acme/flowers-2')}# checked\n`),
    }),
    good({
      'isvc.yaml': changed(isvc('gs://acme/churn/7'), isvc('gs://acme/churn/8', '    canaryTrafficPercent: 10\n')),
      'back.yaml': changed(isvc('gs://acme/a/8', '', 'a'), isvc('gs://acme/a/7', '', 'a')),
      'dev/isvc.yaml': changed(isvc('gs://acme/b/7', '', 'b'), isvc('gs://acme/b/8', '', 'b')),
      'new.yaml': isvc('gs://acme/c/1', '', 'c'),
      'endpoint.yml': changed(endpoint('blue: 100, green: 0'), endpoint('blue: 90, green: 10')),
      'mirror.yml': changed(
        endpoint('blue: 100, green: 0').replace('rank', 'm'),
        endpoint('blue: 0, green: 100', 'mirror_traffic: {blue: 10}\n').replace('rank', 'm'),
      ),
      'template.yml': changed(
        template('s3://acme/m/3'),
        template('s3://acme/m/4', '      DeploymentConfig: {BlueGreenUpdatePolicy: {}}\n'),
      ),
    }),
    good({
      'isvc.yaml': changed(isvc('gs://acme/churn/7'), isvc('gs://acme/churn/8')),
      'canary.yaml': 'apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: churn}\nspec: {}\n',
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before || watched(after)) return;
    const all = served(after);
    const earlier = predecessors(served(before), all);
    for (const now of all) {
      const then = earlier(now);
      if (
        then === undefined ||
        then.model === now.model ||
        now.gradual ||
        stepsBack(then.model, now.model) ||
        isTemplatePath(now.document.path) ||
        !mayBeProduction(now.document, now.node)
      )
        continue;
      const evidence = [seen(then.document, then.node.span, 'served before the change')];
      yield at(
        now.document,
        spanOf(now.node, now.model),
        `all requests go from \`${then.model}\` to \`${now.model}\` at once`,
        { evidence, ...(now.returns ? {} : { grade: 'final' }) },
      );
    }
  },
});
