import { type DataDocument, type DataKind, type Entry, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';

/** An entry of some data file. */
export interface NamedEntry {
  readonly document: DataDocument;
  readonly entry: Entry;
}

const KINDS: readonly DataKind[] = ['yaml', 'json', 'toml', 'hcl'];

/** Every entry, at any depth, whose key is one of the names; in path order. Files without any of the names are not parsed. */
export function entriesNamed(project: Project, ...names: readonly string[]): readonly NamedEntry[] {
  const wanted = new Set(names);
  return KINDS.flatMap((kind) =>
    project
      .documents(kind, names)
      .flatMap((document) =>
        document.roots.flatMap((root) =>
          [...walkEntries(root)].filter(({ key }) => wanted.has(key)).map((entry) => ({ document, entry })),
        ),
      ),
  );
}
