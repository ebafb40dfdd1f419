import { type DataDocument, type DataNode, entryOf } from '../../documents/data.ts';
import type { Drawing, Where } from './drawing.ts';
export const at = (document: DataDocument, node: DataNode): Where => ({ document, span: node.span });
export const keyed = (document: DataDocument, node: DataNode): Where => ({
  document,
  span: entryOf(node)?.keySpan ?? node.span,
});

/** A model and, where the file names one, its version. Returns the most exact of the two. */
export function model(drawing: Drawing, name: string, version: string | undefined, where: Where): string {
  const registered = drawing.node('registered-model', name, where);
  if (version === undefined) return registered;
  const exact = drawing.node('model-version', `${name} ${version}`, where);
  drawing.edge('includes', registered, exact, where);
  return exact;
}

/** Says at `where` that the node `from` deploys a model, as {@link model} draws it. */
export function deploys(
  drawing: Drawing,
  from: string,
  name: string,
  version: string | undefined,
  where: Where,
  traffic?: number,
): void {
  drawing.edge('deploys', from, model(drawing, name, version, where), where, traffic);
}
