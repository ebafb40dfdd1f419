import { type DataDocument, type DataNode, get, items, text } from '../../documents/data.ts';
import { normalName } from '../../documents/requirements.ts';
import { pinOf } from '../../documents/versions.ts';
import type { Declared } from './declaration.ts';
import { condaRange } from './range.ts';
import { requirementIn } from './requirement.ts';

/** Packages that conda calls otherwise than the Python index. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  'pytorch-gpu': 'torch',
  'pytorch-cpu': 'torch',
  'py-xgboost': 'xgboost',
};

const SPEC = /^(?:[\w./-]+::)?([A-Za-z0-9][\w.-]*?)\s*(?:\[[^\]]*\])?\s*((?:[=<>!~*]|\s\d).*)?$/;

/** What one conda specification declares: `pytorch=2.1`, `conda-forge::numpy >=1.20,<2`. Undefined for anything else. */
export function condaSpec(
  written: string,
  span: Declared['span'],
  source: Declared['source'],
  open = false,
): Declared | undefined {
  const match = written.length > 500 ? null : SPEC.exec(written.trim());
  if (match === null) return undefined;
  const name = normalName(match[1] ?? '');
  const range = condaRange(match[2] ?? '');
  const { specifier } = range;
  const unclear = open || range.open;
  const shared = { group: 'main', marker: undefined, url: undefined, span, source } as const;
  return {
    ...shared,
    name: PYTHON_NAMES[name] ?? name,
    specifier,
    pinned: unclear ? undefined : pinOf(specifier),
    open: unclear,
  };
}

function isEnvironment(root: DataNode | undefined): boolean {
  const listed = get(root, 'dependencies')?.kind === 'list';
  const named =
    get(root, 'channels') !== undefined || get(root, 'name') !== undefined || get(root, 'python') !== undefined;
  const other = ['$schema', 'apiVersion', 'services', 'jobs', 'stages'].some((key) => get(root, key) !== undefined);
  return listed && named && !other;
}

/** A conda `environment.yml` with its nested `pip:`, or MLflow's `python_env.yaml`. Empty for other YAML. */
export function condaEnvironment(document: DataDocument): readonly Declared[] {
  const [root] = document.roots;
  if (!isEnvironment(root)) return [];
  const python = get(root, 'python');
  // MLflow's file has `python:` beside the list, and its list is pip's.
  if (python !== undefined) {
    const own = condaSpec(`python ==${text(python) ?? ''}`, python.span, 'requirement', python.open);
    return [
      ...(own === undefined ? [] : [own]),
      ...items(get(root, 'dependencies')).flatMap((item) => requirementIn(item, 'main')),
    ];
  }
  return items(get(root, 'dependencies')).flatMap((item) => {
    if (item.kind === 'map') return items(get(item, 'pip')).flatMap((each) => requirementIn(each, 'main'));
    const declared = condaSpec(text(item) ?? '', item.span, 'requirement', item.open);
    return declared === undefined ? [] : [declared];
  });
}

/** The packages of a `conda-lock.yml`, once for each platform. */
export function condaLock(document: DataDocument): readonly Declared[] {
  return items(get(document.roots[0], 'package')).flatMap((item) => {
    const version = text(get(item, 'version'));
    const name = text(get(item, 'name'));
    if (name === undefined || version === undefined) return [];
    const declared = condaSpec(`${name} ==${version}`, item.span, 'lock', item.open);
    return declared === undefined ? [] : [{ ...declared, group: text(get(item, 'category')) ?? 'main' }];
  });
}
