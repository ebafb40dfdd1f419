import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entries, get, items, text } from '../../documents/data.ts';

/** One dependency that a project file asks for. */
export interface Requested {
  /** Group and requirement without blanks: the same when only the layout changed. */
  readonly key: string;
  readonly name: string;
  readonly span: Span;
}

/** The text of a node without layout: what a resolver reads. */
function plain(node: DataNode): string {
  if (node.kind === 'scalar') return text(node) ?? '';
  if (node.kind === 'list') return `[${node.items.map(plain).join(',')}]`;
  return `{${[...node.entries]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, value }) => `${key}:${plain(value)}`)
    .join(',')}}`;
}

const squeezed = (said: string): string => said.replace(/\s+/g, '').toLowerCase();

function listed(group: string, list: DataNode | undefined): readonly Requested[] {
  return items(list).map((node) => ({
    key: `${group}\0${squeezed(plain(node))}`,
    name: (text(node) ?? group).split(/[\s<>=~!;[@]/)[0] ?? group,
    span: node.span,
  }));
}

function mapped(group: string, table: DataNode | undefined): readonly Requested[] {
  return entries(table).map(({ key, value }) => ({
    key: `${group}\0${squeezed(key)}\0${squeezed(plain(value))}`,
    name: key,
    span: value.span,
  }));
}

/** Everything that a resolver reads from a `pyproject.toml` or a `Pipfile`; tables of tools aside. */
export function requestedPackages(document: DataDocument): readonly Requested[] {
  const [root] = document.roots;
  const poetry = get(root, 'tool', 'poetry');
  const groups = entries(get(poetry, 'group')).flatMap(({ key, value }) =>
    mapped(`poetry.${key}`, get(value, 'dependencies')),
  );
  return [
    ...listed('project', get(root, 'project', 'dependencies')),
    ...entries(get(root, 'project', 'optional-dependencies')).flatMap(({ key, value }) =>
      listed(`extra.${key}`, value),
    ),
    ...entries(get(root, 'dependency-groups')).flatMap(({ key, value }) => listed(`group.${key}`, value)),
    ...mapped('poetry', get(poetry, 'dependencies')),
    ...mapped('poetry.dev', get(poetry, 'dev-dependencies')),
    ...groups,
    ...mapped('pipenv', get(root, 'packages')),
    ...mapped('pipenv.dev', get(root, 'dev-packages')),
  ];
}
