import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { DataDocument, DataKind, DataNode } from '../../documents/data.ts';
import { kindOfPath } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import type { Root } from './field.ts';
import type { Signature } from './signature.ts';
import { DATA_SIGNATURES } from './signatures-data.ts';
import { OPERATIONS_SIGNATURES } from './signatures-operations.ts';
import { SERVING_SIGNATURES } from './signatures-serving.ts';

const SIGNATURES = { ...DATA_SIGNATURES, ...SERVING_SIGNATURES, ...OPERATIONS_SIGNATURES } as const satisfies Readonly<
  Record<string, Signature>
>;

export type FormatName = keyof typeof SIGNATURES;

/** One format that a root of a file is in; a root may be in several (a Databricks part that is no bundle root, a List). */
export interface Format {
  readonly name: FormatName;
  readonly root: DataNode;
}

const NAMES = Object.keys(SIGNATURES) as readonly FormatName[];

const signatureOf = (name: FormatName): Signature => SIGNATURES[name];

/** The formats that the path and the words of a file leave open; nothing is parsed for this. */
function proposedBy(kind: DataKind, path: RepoPath, text: string): readonly FormatName[] {
  return NAMES.filter((name) => {
    const { kinds, path: place, words } = signatureOf(name);
    return kinds.includes(kind) && place?.test(path) !== false && words.some((word) => text.includes(word));
  });
}

function sighted(document: DataDocument, proposed: readonly FormatName[]): readonly Format[] {
  return document.roots.flatMap((root) =>
    proposed.filter((name) => signatureOf(name).is(root, document)).map((name) => ({ name, root })),
  );
}

/** What a file is, by its content; empty for templates and for files of no format we know. */
export const formatsOf: (document: DataDocument) => readonly Format[] = fact((document) =>
  sighted(document, proposedBy(document.kind, document.path, document.text)),
);

/** True when a root of the file is in the format. */
export const isFormat = (document: DataDocument, name: FormatName): boolean =>
  formatsOf(document).some((format) => format.name === name);

const DATA_KINDS: ReadonlySet<string> = new Set<DataKind>(['yaml', 'json', 'toml', 'ini', 'hcl', 'pbtxt']);

/** Characters from which a file with Kubernetes' type definitions is an operator's release, not a description of a system. */
const RELEASE = 200_000;

const isRelease = (text: string): boolean => text.length > RELEASE && text.includes('CustomResourceDefinition');

function append(found: Map<FormatName, Root[]>, name: FormatName, root: Root): void {
  const known = found.get(name);
  if (known === undefined) found.set(name, [root]);
  else known.push(root);
}

/** All formats in one pass, so that each file is parsed once however small the store of parsed documents is. */
const sightings: (project: Project) => ReadonlyMap<FormatName, readonly Root[]> = fact((project) => {
  const found = new Map<FormatName, Root[]>();
  for (const path of project.paths) {
    const kind = kindOfPath(path);
    const content = DATA_KINDS.has(kind) ? project.content(path) : undefined;
    if (content?.kind !== 'text' || isRelease(content.text)) continue;
    const proposed = proposedBy(kind as DataKind, path, content.text);
    const document = proposed.length === 0 ? undefined : project.document(path);
    if (document === undefined || !('roots' in document)) continue;
    for (const { name, root } of sighted(document, proposed)) append(found, name, { document, root });
  }
  return found;
});

/** Every root of the project in a format, in path order. Files without a word of any format are not parsed. */
export const rootsOf = (project: Project, name: FormatName): readonly Root[] => sightings(project).get(name) ?? [];
