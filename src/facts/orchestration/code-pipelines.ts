import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { CodePipeline } from './code-steps.ts';
import { dagPipelines } from './dag-pipelines.ts';
import { FUNCTION_FRAMEWORKS, functionPipelines } from './function-pipelines.ts';
import { sagemakerPipelines } from './sagemaker-pipelines.ts';

export type { CodePipeline, CodeStep } from './code-steps.ts';

/** Every pipeline that the project's Python spells out: Airflow, Azure ML, Dagster, Kubeflow, Prefect, SageMaker, ZenML. */
export const codePipelines: (project: Project) => readonly CodePipeline[] = fact((project) => [
  ...project
    .documents('python', FUNCTION_FRAMEWORKS)
    .flatMap((document) => [...dagPipelines(project)(document), ...functionPipelines(project)(document)]),
  ...project.documents('python', ['sagemaker.workflow']).flatMap(sagemakerPipelines),
]);
