import { type Capacity, capacities } from '../../facts/serving/capacity.ts';
import { environmentAt, isProduction, mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** The same service before: in the same file, else the only one of its name. */
function earlier(now: Capacity, before: readonly Capacity[]): Capacity | undefined {
  const same = before.filter(({ key }) => key === now.key);
  return same.find(({ document }) => document.path === now.document.path) ?? (same.length === 1 ? same[0] : undefined);
}

/** `floor` when the service may now stand on one leg, `halved` when more than half of it goes. */
function verdict(then: Capacity, now: Capacity, alone: boolean): 'floor' | 'halved' | undefined {
  if (
    then.system !== now.system ||
    then.minimum === undefined ||
    now.minimum === undefined ||
    now.minimum >= then.minimum
  )
    return undefined;
  if (then.minimum >= 2 && now.minimum < 2) return 'floor';
  return now.minimum < then.minimum / 2 && (alone || isProduction(now.document, now.place)) ? 'halved' : undefined;
}

const isvc = (rest: string): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn, namespace: prod}\nspec:\n  predictor:\n${rest}    sklearn: {}\n`;
const azure = (count: string): string =>
  `name: blue\nendpoint_name: churn\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: ${count}\n`;
const llm = (replicas: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n${replicas}  template:\n    spec:\n      containers:\n      - {name: llm, image: "vllm/vllm-openai:v0.8.0"}\n`;

const chart = (count: string): string =>
  `replicaCount: ${count}\nimage: {repository: nvcr.io/nvidia/tritonserver, tag: 24.05-py3}\n`;

export default defineCheck({
  evaluates: 'capacity-planning',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    halved: { severity: 'medium', when: 'more than half of the capacity goes, and two or more instances remain' },
  },
  title: 'Minimum serving capacity goes down',
  why: 'What was always up to absorb a crash, a drain or a sudden burst of requests is no longer there; a model takes minutes to load when it is missed.',
  fix: 'Keep the floor, or show the load and the recovery time that the smaller one was measured with.',
  references: [
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-best-practices.html',
  ],
  examples: [
    bad({
      'k8s/isvc.yaml': changed(isvc('    minReplicas: 3\n'), isvc('    minReplicas: «1»\n')),
      'azure/blue.yml': changed(azure('3'), azure('«1»')),
      'llm.yaml': changed(llm('  replicas: 2\n'), llm('').replace('name: llm}', 'name: «llm»}')),
      'template.yaml': changed(
        'Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n      - {VariantName: all, InitialInstanceCount: 2}\n',
        'Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n      - {VariantName: all, InitialInstanceCount: «1»}\n',
      ),
    }),
    bad({
      'old.yaml': changed(isvc('    minReplicas: 2\n'), null),
      'new.yaml': changed(null, isvc('    minReplicas: «0»\n')),
    }),
    bad({
      'base/llm.yaml': changed(llm('  replicas: 1\n'), llm('  replicas: 1\n')),
      'base/kustomization.yaml': changed('resources: [llm.yaml]\n', 'resources: [llm.yaml]\n'),
      'overlays/prod/kustomization.yaml': changed(
        'resources: [../../base]\nreplicas: [{name: llm, count: 3}]\n',
        'resources: [../../base]\nreplicas: [{name: llm, count: «1»}]\n',
      ),
      'chart/Chart.yaml': changed('apiVersion: v2\nname: triton\n', 'apiVersion: v2\nname: triton\n'),
      'chart/values.yaml': changed(chart('1'), chart('1')),
      'chart/values-prod.yaml': changed(chart('3'), chart('«1»')),
    }),
    bad.as('halved')({ 'llm.yaml': changed(llm('  replicas: 10\n'), llm('  replicas: «3»\n')) }),
    bad.as('halved')({ 'isvc.yaml': changed(isvc('    minReplicas: 10\n'), isvc('    minReplicas: «4»\n')) }),
    good({
      'isvc.yaml': changed(isvc('    minReplicas: 4\n'), isvc('    minReplicas: 3\n')),
      'up.yaml': changed(azure('2'), azure('5')),
      'dev/blue.yml': changed(azure('2').replace('churn', 'rank'), azure('1').replace('churn', 'rank')),
      'open.yml': changed(azure('2').replace('blue', 'a'), azure('${COUNT}').replace('blue', 'a')),
      'gone.yml': changed(azure('2').replace('blue', 'b'), null),
      'llm.yaml': changed(
        llm('  replicas: 4\n'),
        `${llm('')}---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: llm}\nspec:\n  scaleTargetRef: {kind: Deployment, name: llm}\n  minReplicas: 1\n  maxReplicas: 8\n`,
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    const earliers = capacities(before);
    // A repository that names no environment has one.
    const alone = capacities(after).every(({ document, place }) => environmentAt(document, place) === 'unknown');
    for (const now of capacities(after)) {
      if (!mayBeProduction(now.document, now.place)) continue;
      const then = earlier(now, earliers);
      const found = then === undefined ? undefined : verdict(then, now, alone);
      if (then === undefined || found === undefined) continue;
      const evidence = [seen(then.document, then.place.span, `${then.minimum} before the change`)];
      const message = `the minimum of \`${now.name}\` goes from ${then.minimum} to ${now.minimum} (\`${now.setting}\`)`;
      yield at(now.document, now.place.span, message, { evidence, ...(found === 'halved' ? { grade: 'halved' } : {}) });
    }
  },
});
