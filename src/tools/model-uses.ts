import type { RepoPath } from '../core/location.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import { type DocumentBase, placeOf } from '../documents/document.ts';
import { createProject, type Project } from '../documents/project.ts';
import { nodesOf } from '../documents/python/python.ts';
import { modelReferences } from '../facts/formats/model-references.ts';
import { pathClassOf } from '../facts/paths.ts';
import { stringOf } from '../facts/python/constants.ts';
import { type ModelUri, modelUri } from '../facts/registry/uris.ts';

/** A place of a changed file that names a model of the MLflow registry. */
export interface ModelUse {
  readonly path: RepoPath;
  readonly line: number;
  readonly startColumn: number;
  readonly endColumn: number;
  readonly uri: ModelUri;
}

const use = (
  document: DocumentBase,
  span: { readonly start: number; readonly end: number },
  said: string,
): readonly ModelUse[] => {
  const uri = modelUri(said);
  if (uri === undefined) return [];
  const { path, startLine: line, startColumn, endLine, endColumn } = placeOf(document, span);
  return [{ path, line, startColumn, endColumn: endLine === line ? endColumn : startColumn, uri }];
};

function usesIn(project: Project, path: RepoPath): readonly ModelUse[] {
  const content = project.content(path);
  if (content?.kind !== 'text' || !content.text.includes('models:/')) return [];
  const document = project.document(path);
  if (document === undefined) return [];
  if (document.kind === 'python')
    return nodesOf(document, 'string').flatMap((node) => use(document, node, stringOf(document, node) ?? ''));
  if (!('roots' in document)) return [];
  return modelReferences(document).flatMap(({ node, text }) =>
    use(document, node.span, text.slice(text.indexOf('models:/')).replace(/["'].*$/s, '')),
  );
}

/** Every `models:/` address of the changed files at head, tests and examples left out. */
export function modelUses({ head, contents, changes }: PullRequestSnapshot): readonly ModelUse[] {
  const changed = new Set(changes.filter(({ kind }) => kind !== 'deleted').map(({ path }) => path));
  const project = createProject({ side: head, contents, changed });
  return [...changed].filter((path) => pathClassOf(path) !== 'test').flatMap((path) => usesIn(project, path));
}
