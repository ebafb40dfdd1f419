import { fact } from '../../core/fact.ts';
import { child } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { calls, callsOfMethod, callsTo } from '../python/calls.ts';
import { routes } from './routes.ts';

const TRAINS = /^(fit|fit_transform|backward|train_on_batch)$/;

/** Paths by which people call the code that answers requests or scores batches. */
const PATH =
  /(^|\/)(serving|serve|server|inference|predict|predictor|scoring|score|api|app|deployment|handler)(\/|[_.-]|\.py$)/i;

const APPS = [
  'fastapi.FastAPI',
  'flask.Flask',
  'starlette.applications.Starlette',
  'quart.Quart',
  'litserve.LitServer',
];

const constructsApp = (document: PythonDocument): boolean => callsTo(document, ...APPS).length > 0;

/** True for code that answers requests: it has route handlers, makes a web application, or has a serving path and no training. */
export const isServing: (document: PythonDocument) => boolean = fact((document) => {
  if (routes(document).length > 0) return true;
  const app = constructsApp(document);
  if (!app && !PATH.test(document.path)) return false;
  const trains = calls(document).some(({ method }) => method !== undefined && TRAINS.test(method));
  if (trains) return false;
  return (
    app ||
    callsOfMethod(document, 'predict', 'predict_proba').length > 0 ||
    nodesOf(document, 'function_definition').some((node) =>
      /predict|infer|score|handle/.test(textOf(document, child(node, 'name') ?? node).slice(0, 60)),
    )
  );
});
