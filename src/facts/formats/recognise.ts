import { fact } from '../../core/fact.ts';
import type { DataDocument, DataKind, DataNode } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { Root } from './field.ts';
import { DATA_SIGNATURES } from './signatures-data.ts';
import { OPERATIONS_SIGNATURES } from './signatures-operations.ts';
import { SERVING_SIGNATURES } from './signatures-serving.ts';
import type { Signature } from './signature.ts';

const SIGNATURES = { ...DATA_SIGNATURES, ...SERVING_SIGNATURES, ...OPERATIONS_SIGNATURES } as const satisfies Readonly<Record<string, Signature>>;

export type FormatName = keyof typeof SIGNATURES;

/** One format that a root of a file is in; a root may be in several (a Databricks part that is no bundle root, a List). */
export interface Format {
  readonly name: FormatName;
  readonly root: DataNode;
}

const NAMES = Object.keys(SIGNATURES) as readonly FormatName[];

const signatureOf = (name: FormatName): Signature => SIGNATURES[name];

/** The formats that the path and the words leave open; asked once per file, since a stream may hold hundreds of documents. */
const proposed: (document: DataDocument) => readonly FormatName[] = fact((document) =>
  NAMES.filter((name) => {
    const { kinds, path, words } = signatureOf(name);
    return kinds.includes(document.kind) && path?.test(document.path) !== false && words.some((word) => document.text.includes(word));
  }),
);

/** What a file is, by its content; empty for templates and for files of no format we know. */
export const formatsOf: (document: DataDocument) => readonly Format[] = fact((document) =>
  document.roots.flatMap((root) => proposed(document).filter((name) => signatureOf(name).is(root, document)).map((name) => ({ name, root }))),
);

/** True when a root of the file is in the format. */
export const isFormat = (document: DataDocument, name: FormatName): boolean => formatsOf(document).some((format) => format.name === name);

/** Parses only files whose path, where it matters, and words fit. */
function candidates(project: Project, { kinds, path, words }: Signature): readonly DataDocument[] {
  if (path === undefined) return kinds.flatMap((kind: DataKind) => project.documents(kind, words) as readonly DataDocument[]);
  return project.paths.flatMap((each) => {
    const content = path.test(each) ? project.content(each) : undefined;
    if (content?.kind !== 'text' || !words.some((word) => content.text.includes(word))) return [];
    const document = project.document(each);
    return document !== undefined && 'roots' in document ? [document] : [];
  });
}

const rootsByName = fact((_: Project) => new Map<FormatName, readonly Root[]>());

/** Every root of the project in a format, in path order. Files without a word of the format are not parsed. */
export function rootsOf(project: Project, name: FormatName): readonly Root[] {
  const known = rootsByName(project);
  const hit = known.get(name);
  if (hit !== undefined) return hit;
  const found = candidates(project, signatureOf(name))
    .flatMap((document) => document.roots.filter((root) => signatureOf(name).is(root, document)).map((root) => ({ document, root })))
    .sort((a, b) => (a.document.path < b.document.path ? -1 : a.document.path > b.document.path ? 1 : 0));
  known.set(name, found);
  return found;
}
