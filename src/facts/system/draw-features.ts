import type { Project } from '../../documents/project.ts';
import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { valueAcross } from '../python/across.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { elementsOf } from '../python/literals.ts';
import { decorators, definitionName } from '../python/structure.ts';
import type { Drawing, Where } from './drawing.ts';

const SOURCE = /^feast(\.\w+)*\.(\w*Source)$/;
const VIEW = /^feast(\.\w+)*\.((Batch|Stream|OnDemand)?FeatureView|FeatureService)$/;
const ON_DEMAND = /^feast(\.\w+)*\.(on_demand_feature_view|stream_feature_view)$/;

const at = (document: PythonDocument, node: PyNode): Where => ({ document, span: node });

interface Part {
  readonly document: PythonDocument;
  readonly call: Call;
  readonly id: string;
}

/** The data that a source stands for: its table or path before its name. */
const nameOfSource = (document: PythonDocument, call: Call): string | undefined =>
  stringOf(document, argument(call, -1, 'table', 'table_ref', 'path')) ?? stringOf(document, argument(call, 0, 'name'));

/** The source or view that an expression is, also of another file and with a selection of columns: `view[["a"]]`. */
function partMeant(
  project: Project,
  document: PythonDocument,
  node: PyNode,
  parts: ReadonlyMap<PyNode, string>,
): string | undefined {
  let at = bare(node);
  if (at.type === 'subscript') at = bare(child(at, 'value') ?? at);
  const value = valueAcross(project, document, at)?.node ?? at;
  return parts.get(bare(value)) ?? parts.get(value);
}

const INPUTS = ['source', 'batch_source', 'stream_source', 'sources', 'features', 'source_views'] as const;

/** What a view or service is given, one by one. */
function inputsOf(document: PythonDocument, call: Call): readonly PyNode[] {
  return INPUTS.flatMap((key) => {
    const value = argument(call, -1, key);
    return value === undefined ? [] : (elementsOf(document, value) ?? [value]);
  });
}

function functionViews(document: PythonDocument, drawing: Drawing): readonly Part[] {
  return nodesOf(document, 'function_definition').flatMap((node) =>
    decorators(document, node).flatMap((mark) => {
      const call = mark.call === undefined ? undefined : callAt(document, mark.call);
      const name = definitionName(document, node);
      if (call === undefined || name === undefined || !ON_DEMAND.test(mark.name ?? '')) return [];
      return [{ document, call, id: drawing.node('feature-view', name, at(document, child(node, 'name') ?? node)) }];
    }),
  );
}

/** Feature views and services of Feast, with the sources and views that they read, in whatever file these stand. */
export function drawFeatures(project: Project, drawing: Drawing): void {
  const documents = project.documents('python', ['feast']);
  const parts = new Map<PyNode, string>();
  for (const document of documents)
    for (const call of calls(document).filter(({ names }) => names.some((name) => SOURCE.test(name)))) {
      const name = nameOfSource(document, call);
      if (name !== undefined) parts.set(call.node, drawing.node('dataset', name, at(document, call.node)));
    }
  const views = documents.flatMap((document): readonly Part[] => [
    ...calls(document)
      .filter(({ names }) => names.some((name) => VIEW.test(name)))
      .flatMap((call) => {
        const name = stringOf(document, argument(call, 0, 'name'));
        return name === undefined
          ? []
          : [{ document, call, id: drawing.node('feature-view', name, at(document, call.node)) }];
      }),
    ...functionViews(document, drawing),
  ]);
  for (const { call, id } of views) parts.set(call.node, id);
  for (const { document, call, id } of views)
    for (const input of inputsOf(document, call))
      drawing.edge('reads', id, partMeant(project, document, input, parts), at(document, input));
}
