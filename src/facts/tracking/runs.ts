import { fact } from '../../core/fact.ts';
import { child, contains, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type Call, callsTo } from '../python/calls.ts';
import { enclosingWiths } from '../python/structure.ts';

const STARTS = ['mlflow.start_run', 'mlflow.tracking.fluent.start_run', 'mlflow.tracking.start_run'];

/** Every call that opens an MLflow run, in source order. */
export const runStarts: (document: PythonDocument) => readonly Call[] = fact((document) =>
  callsTo(document, ...STARTS),
);

/** The `with mlflow.start_run()` of the same function in whose body a node stands, innermost first. */
export function enclosingRun(document: PythonDocument, node: PyNode): Call | undefined {
  for (const statement of enclosingWiths(node)) {
    const body = child(statement, 'body');
    const start = runStarts(document).find(
      (call) => contains(statement, call.node) && body !== undefined && !contains(body, call.node),
    );
    if (start !== undefined) return start;
  }
  return undefined;
}
