import { type DataDocument, type DataNode, type Entry, each, entries, get, items, text } from '../../documents/data.ts';
import { normalName } from '../../documents/requirements.ts';
import { pinOf } from '../../documents/versions.ts';
import type { Declared } from './declaration.ts';
import { poetryRange } from './range.ts';
import { pythonVersion, requirementIn } from './requirement.ts';

/** `[project]`, `[dependency-groups]`, `[tool.poetry]`, `[tool.pdm]` and `[build-system]` are not one list: groups keep them apart. */
export function pyproject(document: DataDocument): readonly Declared[] {
  const [root] = document.roots;
  const project = get(root, 'project');
  const python = get(project, 'requires-python');
  const lists = [
    get(project, 'optional-dependencies'),
    get(root, 'dependency-groups'),
    get(root, 'tool', 'pdm', 'dev-dependencies'),
  ];
  return [
    ...(python === undefined ? [] : [pythonVersion(text(python) ?? '', python.span)]),
    ...items(get(project, 'dependencies')).flatMap((item) => requirementIn(item, 'main')),
    ...lists.flatMap(entries).flatMap(({ key, value }) => items(value).flatMap((item) => requirementIn(item, key))),
    ...poetry(get(root, 'tool', 'poetry')),
  ];
}

function poetry(tool: DataNode | undefined): readonly Declared[] {
  const named = entries(get(tool, 'group')).flatMap(({ key, value }) =>
    entries(get(value, 'dependencies')).flatMap((entry) => tableDependency(entry, key)),
  );
  return [
    ...entries(get(tool, 'dependencies')).flatMap((entry) => tableDependency(entry, 'main')),
    ...entries(get(tool, 'dev-dependencies')).flatMap((entry) => tableDependency(entry, 'dev')),
    ...named,
  ];
}

/** `torch = "^2.1"`, `torch = {version = "^2.1", extras = [...]}`, or a list of such tables with markers. */
function tableDependency({ key, keySpan, value }: Entry, group: string): readonly Declared[] {
  return each(value).map((one) => {
    const written = one.kind === 'map' ? text(get(one, 'version')) : text(one);
    const url = ['git', 'url', 'path', 'file'].map((name) => text(get(one, name))).find((found) => found !== undefined);
    const range = poetryRange(written ?? '*');
    const open =
      range.open || one.open || get(one, 'version')?.open === true || (url !== undefined && written === undefined);
    return {
      name: normalName(key),
      specifier: range.specifier,
      pinned: open ? undefined : pinOf(range.specifier),
      span: { start: keySpan.start, end: Math.max(keySpan.end, value.span.end) },
      source: 'requirement' as const,
      group,
      marker: markerOf(one),
      url,
      open,
    };
  });
}

function markerOf(node: DataNode): string | undefined {
  const written = ['markers', 'python', 'platform']
    .map((key) => text(get(node, key)))
    .filter((found) => found !== undefined);
  return written.length === 0 ? undefined : written.join(' and ');
}

export function pipfile(document: DataDocument): readonly Declared[] {
  const [root] = document.roots;
  const python = get(root, 'requires', 'python_version') ?? get(root, 'requires', 'python_full_version');
  return [
    ...entries(get(root, 'packages')).flatMap((entry) => tableDependency(entry, 'main')),
    ...entries(get(root, 'dev-packages')).flatMap((entry) => tableDependency(entry, 'dev')),
    ...(python === undefined ? [] : [pythonVersion(`==${text(python) ?? ''}.*`, python.span)]),
  ];
}

function locked(name: string, version: string, node: DataNode, group: string, span = node.span): Declared {
  const specifier = `==${version}`;
  const source = 'lock' as const;
  return {
    name: normalName(name),
    specifier,
    pinned: pinOf(specifier),
    span,
    source,
    group,
    marker: undefined,
    url: undefined,
    open: node.open,
  };
}

/** `Pipfile.lock`. */
export function pipfileLock(document: DataDocument): readonly Declared[] {
  const groups = [
    ['default', 'main'],
    ['develop', 'dev'],
  ] as const;
  return groups.flatMap(([key, group]) =>
    entries(get(document.roots[0], key)).flatMap(({ key: name, keySpan, value }) => {
      const version = text(get(value, 'version'))?.replace(/^==/, '');
      const span = { start: keySpan.start, end: value.span.end };
      return version === undefined ? [] : [locked(name, version, value, group, span)];
    }),
  );
}

/** `uv.lock`, `poetry.lock`, `pdm.lock` and `pylock.toml`: lists of packages with name and version. */
export function tomlLock(document: DataDocument): readonly Declared[] {
  const [root] = document.roots;
  return [...items(get(root, 'package')), ...items(get(root, 'packages'))].flatMap((item) => {
    const name = text(get(item, 'name'));
    const version = text(get(item, 'version'));
    // The project itself stands in its own lock.
    const own = get(item, 'source', 'virtual') ?? get(item, 'source', 'editable');
    if (name === undefined || version === undefined || own !== undefined) return [];
    return [locked(name, version, item, text(get(item, 'category')) ?? text(get(item, 'groups', 0)) ?? 'main')];
  });
}
