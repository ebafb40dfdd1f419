import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { pathClassOf } from '../paths.ts';
import { argument, type Call, calls, callsTo } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { imports } from '../python/imports.ts';
import { moduleDocument } from '../python/modules.ts';
import { modelUri } from '../registry/uris.ts';
import { loadsModel } from '../serving/loads.ts';
import { routes } from '../serving/routes.ts';
import { trains } from '../training/role.ts';
import { drawCdkResources, drawWrittenResources } from './draw-cdk.ts';
import { drawCloud } from './draw-cloud.ts';
import { drawFeatures } from './draw-features.ts';
import { drawScripts } from './draw-scripts.ts';
import type { Drawing, Where } from './drawing.ts';

const at = (document: PythonDocument, node: PyNode): Where => ({ document, span: node });
const named = (
  document: PythonDocument,
  call: Call,
  position: number,
  ...keywords: readonly string[]
): string | undefined => stringOf(document, argument(call, position, ...keywords));

/** Calls with one of these last names whose full name begins with a package. */
function callsOf(document: PythonDocument, pattern: RegExp): readonly Call[] {
  return calls(document).filter(({ names }) => names.some((name) => pattern.test(name)));
}

const MLFLOW = ['mlflow'];

function mlflow(project: Project, drawing: Drawing): void {
  for (const document of project.documents('python', MLFLOW)) {
    // A wrapper around MLflow logs what others train: only a file that trains is a job.
    const trained = trains(document) ? callsOf(document, /^mlflow(\.\w+)*\.(log_model|autolog)$/) : [];
    const job =
      trained[0] === undefined
        ? undefined
        : drawing.node('training-job', document.path, at(document, trained[0].callee));
    for (const call of callsOf(
      document,
      /^mlflow(\.\w+)*\.(log_model|register_model)$|^mlflow(\.\w+)*\.MlflowClient\(\)\.(create_registered_model|create_model_version)$/,
    )) {
      const last = call.method ?? '';
      const name =
        last === 'log_model'
          ? named(document, call, -1, 'registered_model_name')
          : last === 'register_model'
            ? named(document, call, 1, 'name')
            : named(document, call, 0, 'name');
      if (name !== undefined)
        drawing.edge(
          'registers',
          job ??
            drawing.node(
              last === 'log_model' ? 'training-job' : 'pipeline-step',
              document.path,
              at(document, call.callee),
            ),
          drawing.node('registered-model', name, at(document, call.node)),
          at(document, call.node),
        );
    }
    for (const call of callsTo(document, 'mlflow.set_experiment')) {
      const name = named(document, call, 0, 'experiment_name');
      if (name !== undefined) drawing.node('experiment', name, at(document, call.node));
    }
    for (const call of callsOf(document, /^mlflow(\.\w+)*\.validate_evaluation_results$/))
      drawing.edge(
        'gates',
        drawing.node('validation-gate', document.path, at(document, call.callee)),
        job,
        at(document, call.callee),
      );
  }
}

const LOADS = ['load_model', 'from_pretrained', 'joblib', 'torch.load', 'pickle', 'InferenceSession', 'pipeline('];

/** Calls that load a model, in the file itself and in the modules of the repository that it imports. */
function loadsBehind(
  project: Project,
  document: PythonDocument,
): readonly { readonly document: PythonDocument; readonly call: Call }[] {
  const modules = imports(document).flatMap(
    ({ module, target }) =>
      moduleDocument(project, document.path, module) ?? moduleDocument(project, document.path, target) ?? [],
  );
  return [...new Set([document, ...modules])]
    .filter(({ text }) => LOADS.some((word) => text.includes(word)))
    .flatMap((source) =>
      calls(source)
        .filter(loadsModel)
        .map((call) => ({ document: source, call })),
    );
}

/** Code that answers requests, with the registered models that it loads. */
function serving(project: Project, drawing: Drawing): void {
  for (const document of project.documents('python', [
    'fastapi',
    'flask',
    'bentoml',
    'from ray',
    'import ray',
    'kserve',
    'litserve',
    'mlserver',
    'lambda_handler',
    'BaseHandler',
    'quart',
    'starlette',
  ])) {
    const [first] = routes(document);
    if (first === undefined || pathClassOf(document.path) === 'test') continue;
    const loads = loadsBehind(project, document);
    if (loads.length === 0) continue;
    const id = drawing.node('endpoint', document.path, at(document, child(first.function, 'name') ?? first.function));
    for (const { document: source, call } of loads) {
      const uri = modelUri(named(source, call, 0, 'model_uri') ?? '');
      if (uri !== undefined)
        drawing.edge(
          'deploys',
          id,
          drawing.node('registered-model', uri.name, at(source, call.node)),
          at(source, call.node),
        );
    }
  }
}

/** Metrics that the code emits with `prometheus_client`, by name. */
export function emittedMetrics(project: Project): ReadonlyMap<string, Where> {
  const found = new Map<string, Where>();
  for (const document of project.documents('python', ['prometheus_client'])) {
    for (const call of callsOf(document, /^prometheus_client(\.\w+)*\.(Counter|Gauge|Histogram|Summary|Info|Enum)$/)) {
      const name = named(document, call, 0, 'name');
      const prefix = [named(document, call, -1, 'namespace'), named(document, call, -1, 'subsystem')].filter(
        (each) => each !== undefined,
      );
      if (name !== undefined) found.set([...prefix, name].join('_'), at(document, call.node));
    }
  }
  return found;
}

/** What the project's Python describes: registered models, endpoints, feature views, pipelines. */
export function drawCode(project: Project, drawing: Drawing): void {
  mlflow(project, drawing);
  serving(project, drawing);
  drawFeatures(project, drawing);
  drawScripts(project, drawing);
  drawCloud(project, drawing);
  drawCdkResources(project, drawing);
  drawWrittenResources(project, drawing);
}
