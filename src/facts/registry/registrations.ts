import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { get, literal } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { rootsOf } from '../formats/recognise.ts';
import { mlflowRecipes } from '../formats/training.ts';
import { isTemplatePath, pathClassOf } from '../paths.ts';
import { calls } from '../python/calls.ts';
import { isConstant } from '../python/constants.ts';
import { decorators, enclosingFunction } from '../python/structure.ts';

/** A place where the repository enters a model of its own into a registry. */
export interface Registration {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly says: string;
}

const REGISTERS =
  /^(mlflow\.register_model|mlflow\.\w+\.(register_model|log_registered_model)|google\.cloud\.aiplatform\.Model\.upload|sagemaker\.workflow\.step_collections\.RegisterModel|azureml\.core\.(model\.)?Model\.register)$/;
const LOGS = /^mlflow\.(\w+\.)+(log_model|save_model)$/;
/** A step that any pipeline may use: which model it registers is a parameter. */
const REUSABLE = /^(kfp\.(v2\.)?(dsl|components)\.\w*component\w*|mldesigner\.command_component)$/;

const FITS = /\.(fit|fit_transform|train)\(|Trainer\(|train_step|\bxgb\.train\(|lgb\.train\(|estimator|\.compile\(/;

/** A reusable pipeline component enters whatever model its caller hands over. */
function isInComponent(document: PythonDocument, node: PyNode): boolean {
  for (let at = enclosingFunction(node); at !== undefined; at = enclosingFunction(at)) {
    if (decorators(document, at).some(({ name = '' }) => REUSABLE.test(name))) return true;
  }
  return false;
}

function inPython(project: Project): readonly Registration[] {
  return project
    .documents('python', [
      'register_model',
      'registered_model_name',
      'push_to_hub',
      'Model.upload',
      'RegisterModel',
      'Model.register',
      'create_model_version',
    ])
    .flatMap((document) =>
      calls(document).flatMap(({ node, name, names, method, keywords, callee }): readonly Registration[] => {
        if (isInComponent(document, node)) return [];
        const registered = keywords.get('registered_model_name');
        const own =
          names.some((each) => REGISTERS.test(each)) ||
          (names.some((each) => LOGS.test(each)) &&
            registered !== undefined &&
            !isConstant(document, registered, null));
        const hub = method === 'push_to_hub' && FITS.test(document.text);
        const client = method === 'create_model_version' && /mlflow/i.test(document.text);
        return own || hub || client ? [{ document, span: callee, says: `\`${method ?? name ?? 'register'}\`` }] : [];
      }),
    );
}

/** Asked of the texts: to be parsed, a file would have to say more than that it trains. */
const trainsSomewhere = (project: Project): boolean =>
  project.paths.some((path) => {
    const content = /\.(py|ipynb)$/.test(path) ? project.content(path) : undefined;
    return content?.kind === 'text' && FITS.test(content.text);
  });

/** Every place that registers a model, in path order; tests, examples and templates left out. */
export const registrations: (project: Project) => readonly Registration[] = fact((project) => {
  const recipes = mlflowRecipes(project).flatMap(({ document, modelName }): readonly Registration[] =>
    modelName === undefined
      ? []
      : [{ document, span: modelName.node.span, says: `the recipe for \`${modelName.text ?? ''}\`` }],
  );
  const artifacts = rootsOf(project, 'dvc-pipeline').flatMap(({ document, root }) => {
    const all = get(root, 'artifacts');
    return (all?.kind === 'map' ? all.entries : [])
      .filter(({ value }) => literal(get(value, 'type')) === 'model')
      .map(({ key, keySpan }) => ({ document, span: keySpan, says: `the artifact \`${key}\`` }));
  });
  return trainsSomewhere(project)
    ? [...inPython(project), ...recipes, ...artifacts].filter(
        ({ document: { path } }) => pathClassOf(path) === 'production' && !isTemplatePath(path),
      )
    : [];
});
