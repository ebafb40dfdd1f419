import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entries, get, items, text, walk } from '../../documents/data.ts';
import type { Document } from '../../documents/kinds.ts';
import { parseRequirement } from '../../documents/requirements.ts';
import { dockerInstallCommands } from '../versions/install.ts';

/** A package that is installed from a git repository. */
export interface GitDependency {
  readonly url: string;
  /** What stands behind `@`, or in `rev`, `tag` or `branch`; undefined for the default branch of the day. */
  readonly reference: string | undefined;
  readonly kind: 'commit' | 'tag' | 'branch' | 'none';
  readonly span: Span;
}

function kindOf(reference: string | undefined): GitDependency['kind'] {
  if (reference === undefined || reference === '') return 'none';
  if (/^[0-9a-f]{7,64}$/i.test(reference) && /\d/.test(reference)) return 'commit';
  // Six digits alone may be a date.
  if (/^(?=.*\d)(?=.*[a-f])[0-9a-f]{6}$/.test(reference)) return 'commit';
  return /^(refs\/tags\/|v?\d+(\.\w+)+|[\w-]+[-_/]v?\d+(\.\d+)+|release[-_/]?\d)/i.test(reference) ? 'tag' : 'branch';
}

/** Reads `git+https://host/owner/name.git@ref#egg=x`. Undefined for other addresses and where a variable may hold the reference. */
function gitUrl(url: string, span: Span): GitDependency | undefined {
  const match = /^git\+[a-z]+:\/\/[^/\s]+\/([^#\s]*)/i.exec(url);
  if (match === null || /[${}]/.test(url)) return undefined;
  const path = match[1] ?? '';
  const cut = path.indexOf('@');
  const reference = cut === -1 ? undefined : path.slice(cut + 1);
  return { url: url.replace(/#.*$/, ''), reference, kind: kindOf(reference), span };
}

function inText(written: string, span: Span): readonly GitDependency[] {
  const url = parseRequirement(written, 0)?.url;
  const found = url === undefined ? undefined : gitUrl(url, span);
  return found === undefined ? [] : [found];
}

/** `{ git = "…", rev = "…" }` of Poetry, uv and Pipenv. */
function inTable(node: DataNode): readonly GitDependency[] {
  const url = text(get(node, 'git'));
  if (url === undefined || node.open || entries(node).some(({ value }) => value.open)) return [];
  const [rev, tag, branch] = ['rev', 'tag', 'branch'].map((key) => text(get(node, key)));
  const reference = rev ?? tag ?? branch ?? text(get(node, 'ref'));
  const kind = tag !== undefined ? 'tag' : branch !== undefined ? 'branch' : kindOf(reference);
  return [{ url, reference, kind, span: node.span }];
}

function inProjectFile({ roots }: DataDocument): readonly GitDependency[] {
  const tool = get(roots[0], 'tool');
  const lists = [
    get(roots[0], 'project', 'dependencies'),
    ...entries(get(roots[0], 'project', 'optional-dependencies')).map(({ value }) => value),
  ];
  const tables = [
    get(tool, 'poetry'),
    get(tool, 'uv', 'sources'),
    get(roots[0], 'packages'),
    get(roots[0], 'dev-packages'),
  ];
  return [
    ...lists.flatMap((list) => items(list).flatMap((item) => inText(text(item) ?? '', item.span))),
    ...tables.flatMap((table) => [...walk(table)].flatMap(inTable)),
  ];
}

function inEnvironment({ roots }: DataDocument): readonly GitDependency[] {
  return items(get(roots[0], 'dependencies')).flatMap((item) =>
    [item, ...items(get(item, 'pip'))].flatMap((each) => (each.open ? [] : inText(text(each) ?? '', each.span))),
  );
}

/** Every git dependency of requirements, conda and project files and of Dockerfiles. */
export function gitDependencies(document: Document): readonly GitDependency[] {
  switch (document.kind) {
    case 'requirements':
      return document.requirements.flatMap(({ url, span, open }) =>
        open || url === undefined ? [] : (gitUrl(url, span) ?? []),
      );
    case 'toml':
      return inProjectFile(document);
    case 'yaml':
      return inEnvironment(document);
    case 'dockerfile':
      return dockerInstallCommands(document).flatMap(({ install, offset }) =>
        install.packages.flatMap(({ text: written, span: { start, end }, open }) =>
          open ? [] : inText(written, { start: start + offset, end: end + offset }),
        ),
      );
    default:
      return [];
  }
}
