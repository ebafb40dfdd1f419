import { fact } from '../core/fact.ts';
import type { Project } from '../documents/project.ts';
import { azureDeployments, azurePipelines } from '../facts/formats/azure.ts';
import { sagemakerEndpointConfigs } from '../facts/formats/cloudformation.ts';
import { databricksResources, databricksTasks } from '../facts/formats/databricks.ts';
import { dbtModels } from '../facts/formats/dbt.ts';
import { dvcPipelines } from '../facts/formats/dvc.ts';
import { kserveServices, seldonDeployments } from '../facts/formats/kserve.ts';
import { llmServers } from '../facts/formats/llm.ts';
import { rayServices } from '../facts/formats/ray.ts';
import { tritonModels } from '../facts/formats/servers.ts';
import { feastStores, mlflowProjects, mlflowRecipes } from '../facts/formats/training.ts';
import { pathClassOf } from '../facts/paths.ts';
import { routes } from '../facts/serving/routes.ts';
import { callsNamed } from './evidence.ts';
import type { Scope } from './rubric.ts';

const TRAINING =
  /(\.fit$|\.backward$|^mlflow\.|^lightning\.|\.Trainer\(\)\.train$|^xgboost\.train$|^lightgbm\.train$|^sagemaker\.(\w+\.)*(TrainingStep|Estimator|TuningStep)$)/;

const some = (...lists: readonly (readonly unknown[])[]): boolean => lists.some((list) => list.length > 0);

function trainsInCode(project: Project): boolean {
  return (
    callsNamed(project, ['fit(', 'backward(', 'mlflow', 'Trainer', 'train(', 'TrainingStep', 'Estimator('], TRAINING)
      .length > 0
  );
}

function servesInCode(project: Project): boolean {
  return project
    .documents('python', ['FastAPI', 'flask', 'Flask', 'bentoml', 'kserve', 'litserve', 'ray.serve', 'lambda_handler'])
    .some((document) => pathClassOf(document.path) === 'production' && routes(document).length > 0);
}

/** What the repository trains, serves and prepares, by its files. */
export const scopeOf: (project: Project) => Scope = fact((project) => ({
  trains:
    some(dvcPipelines(project), mlflowRecipes(project), mlflowProjects(project), azurePipelines(project)) ||
    databricksResources(project, 'jobs').some((job) =>
      databricksTasks(job).some(({ key }) => /train/i.test(key?.text ?? '')),
    ) ||
    trainsInCode(project),
  serves:
    some(
      kserveServices(project),
      seldonDeployments(project),
      azureDeployments(project),
      sagemakerEndpointConfigs(project),
      databricksResources(project, 'model_serving_endpoints'),
      tritonModels(project),
      rayServices(project),
      llmServers(project),
    ) || servesInCode(project),
  handlesData: some(dbtModels(project), feastStores(project), dvcPipelines(project)) || trainsInCode(project),
}));
