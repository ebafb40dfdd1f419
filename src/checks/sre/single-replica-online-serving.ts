import { thoseIn } from '../../facts/formats/field.ts';
import { serviceObjectives } from '../../facts/formats/prometheus.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { type Capacity, capacities, isOffline } from '../../facts/serving/capacity.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { isRuntime } from '../../facts/system/served.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Instances of serverless systems are not counted in replicas. */
const SERVERLESS: ReadonlySet<Capacity['system']> = new Set<Capacity['system']>(['databricks', 'knative']);

const triton =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: triton}\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - {name: t, image: "nvcr.io/nvidia/tritonserver:24.05-py3"}\n';

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  paths: { example: 'skip', docs: 'skip' },
  grades: { objective: { severity: 'high', when: 'the repository declares a service level objective' } },
  title: 'Online model runs on a single replica',
  why: `
    Each restart, node drain, deployment and crash of the only instance is an outage that lasts as long as the model takes to load.
  `,
  fix: 'Run at least two instances, or give the autoscaler a minimum of two. Azure asks for three.',
  references: [
    'https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-deployment-managed-online',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-best-practices.html',
    'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/',
  ],
  examples: [
    bad({
      'k8s/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: «churn»\nspec:\n  predictor:\n    sklearn:\n      storageUri: gs://acme/churn/7\n',
      'k8s/seldon.yaml':
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: rank}\nspec:\n  predictors:\n  - name: default\n    replicas: «1»\n    graph: {name: rank, modelUri: gs://acme/rank/3}\n',
      'k8s/triton.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: «triton»}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: t, image: "nvcr.io/nvidia/tritonserver:24.05-py3"}\n',
      'azure/blue.yml':
        'name: blue\nendpoint_name: churn\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: «1»\n',
      'template.yaml':
        'Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n      - VariantName: all\n        ModelName: !Ref Model\n        InitialInstanceCount: «1»\n',
      'serve.yaml':
        'applications:\n- name: a\n  import_path: app:d\n  deployments:\n  - name: Model\n    num_replicas: «1»\n',
    }),
    bad.as('objective')({
      'slo.yaml': 'version: prometheus/v1\nservice: api\nslos:\n- name: availability\n  objective: 99.9\n',
      'k8s/hpa.yaml': `
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers:
              - name: api
                image: acme/api:4
                command: [uvicorn, app:app]
                env:
                - {name: MODEL_PATH, value: /models/churn.onnx}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: api}
        spec:
          scaleTargetRef: {kind: Deployment, name: api}
          minReplicas: «1»
          maxReplicas: 5
      `,
    }),
    bad({
      'k8s/base/triton.yaml': triton,
      'k8s/base/kustomization.yaml': 'resources: [triton.yaml]\n',
      'k8s/overlays/prod/kustomization.yaml': 'resources: [../../base]\nreplicas: [{name: triton, count: «1»}]\n',
    }),
    good({
      'k8s/base/triton.yaml': triton,
      'k8s/base/kustomization.yaml': 'resources: [triton.yaml]\n',
      'k8s/overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
      'k8s/overlays/prod/kustomization.yaml': 'resources: [../../base]\nreplicas: [{name: triton, count: 3}]\n',
    }),
    good({
      'k8s/base/triton.yaml': triton,
      'k8s/base/kustomization.yaml': 'resources: [triton.yaml]\n',
      'k8s/overlays/prod/kustomization.yaml': 'resources: [../../base]\npatches: [{path: size.yaml}]\n',
      'k8s/overlays/prod/size.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: triton}\nspec: {replicas: 4}\n',
      'main.tf':
        'resource "aws_sagemaker_endpoint_configuration" "c" {\n  production_variants {\n    initial_instance_count = 1\n  }\n}\nresource "aws_appautoscaling_target" "t" {\n  service_namespace = "sagemaker"\n  min_capacity = 2\n}\n',
      'chart/Chart.yaml': 'apiVersion: v2\nname: triton\n',
      'chart/values.yaml': 'replicaCount: 1\nimage: {repository: nvcr.io/nvidia/tritonserver}\n',
      'chart/values-prod.yaml': 'replicaCount: 3\n',
    }),
    good({
      'go.mod': 'module acme.io/server\n',
      'crd/models.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: models.acme.io}\n',
      'scheduler/triton.yaml': triton,
    }),
    good({
      'azure/placeholder.yml':
        'name: blue\nendpoint_name: <my-endpoint>\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n',
      'azure/mine.yml':
        'name: blue\nendpoint_name: my-endpoint\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n',
      'azure/nameless.yml': 'name: demo\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n',
      'azure/demo.yml':
        'name: demo\nendpoint_name: churn-demo\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n',
    }),
    good({
      'k8s/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    minReplicas: 2\n    sklearn: {}\n',
      'k8s/dev/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    sklearn: {}\n',
      'k8s/open.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: triton}\nspec:\n  replicas: ${REPLICAS}\n  template:\n    spec:\n      containers:\n      - {name: t, image: "nvcr.io/nvidia/tritonserver:24.05-py3"}\n',
      'k8s/batch.yaml':
        'apiVersion: batch/v1\nkind: Job\nmetadata: {name: score}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: t, image: "nvcr.io/nvidia/tritonserver:24.05-py3"}\n',
      'k8s/web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - {name: web, image: "open-webui/open-webui:1", env: [{name: MODEL_URL, value: x}]}\n',
      'databricks.yml':
        'bundle: {name: a}\nresources:\n  model_serving_endpoints:\n    churn:\n      config:\n        served_entities:\n        - {entity_name: main.ml.churn, scale_to_zero_enabled: false}\n',
      'template.yaml':
        'Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n      - VariantName: all\n        InitialInstanceCount: 1\n  Scale:\n    Type: AWS::ApplicationAutoScaling::ScalableTarget\n    Properties:\n      MinCapacity: 2\n      MaxCapacity: 4\n',
      'async.yaml':
        'Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      AsyncInferenceConfig: {OutputConfig: {S3OutputPath: s3://acme/out}}\n      ProductionVariants:\n      - {VariantName: all, InitialInstanceCount: 1}\n',
    }),
  ],

  reads: ['yaml', 'json', 'hcl'],
  *inspect(document, project) {
    if (isTemplatePath(document.path) || isRuntime(project)) return;
    const grade = serviceObjectives(project).length === 0 ? {} : { grade: 'objective' };
    for (const each of thoseIn(capacities(project), document)) {
      if (
        each.minimum !== 1 ||
        SERVERLESS.has(each.system) ||
        !mayBeProduction(document, each.place) ||
        isOffline(each)
      )
        continue;
      const why = each.written ? `\`${each.setting}\` is 1` : `no \`${each.setting}\` is given, which means 1`;
      yield at(document, each.place.span, `\`${each.name}\` has one instance: ${why}`, grade);
    }
  },
});
