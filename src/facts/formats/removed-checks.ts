import type { RepoPath } from '../../core/location.ts';
import { type DataDocument, each, entries, get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type DataCheck, dataChecks } from './data-checks.ts';
import { pythonDataChecks } from './data-checks-python.ts';
import { isFormat } from './recognise.ts';

/** A data check that stood in a file of the base and stands nowhere in the changed files of the head. */
export interface RemovedCheck {
  readonly document: DataDocument | PythonDocument;
  readonly check: DataCheck;
  /** `stays`: what it guarded is still spoken of; `unsaid`: only checks ever spoke of it; `column-left`: the column is not; `table-left`: nothing on the table or suite is left. */
  readonly subject: 'stays' | 'unsaid' | 'column-left' | 'table-left';
}

type Plain = Omit<DataCheck, 'limits'>;
type Held = DataDocument | PythonDocument;

const FAMILIES: readonly RegExp[] = [
  /not_?null|nullable|missing_(count|percent)|presence/i,
  /unique|duplicate|primary_key|combination_of_columns/i,
  /range|between|min|max|greater|less|expression_is_true/i,
  /accepted_values|in_set|isin|relationships|valid|domain|str_matches|regex/i,
  /freshness|recency/i,
  /^(value_count|shape)$/,
];

const familyOf = (key: string): number =>
  FAMILIES.findIndex((family) => family.test(key.slice(key.lastIndexOf('\0') + 1)));

/** Checks inside the columns of pandera's files, and the constraints of a TFDV schema, one by one. */
function finer(document: DataDocument): readonly Plain[] {
  const make = (kind: string, column: string, test: string, node: Plain['node']): Plain => ({
    key: [kind, '', column, test].join('\0'),
    name: `\`${test}\` of \`${column}\``,
    table: undefined,
    column,
    node,
  });
  return document.roots.flatMap((root) => {
    if (isFormat(document, 'pandera'))
      return entries(get(root, 'columns')).flatMap(({ key, value }) =>
        entries(get(value, 'checks')).map((found) => make('pandera', key, found.key, found.value)),
      );
    if (!isFormat(document, 'tfdv-schema')) return [];
    return each(get(root, 'feature')).flatMap((feature) =>
      entries(feature)
        .filter(({ key }) => /presence|domain|value_count|shape|comparator|constraint/.test(key))
        .map(({ key, value }) => make('tfdv', literal(get(feature, 'name')) ?? '', key, value)),
    );
  });
}

const isData = (document: ReturnType<Project['document']>): document is DataDocument =>
  document !== undefined && 'roots' in document;

const KINDS: ReadonlySet<string> = new Set(['yaml', 'json', 'pbtxt']);

/** What of a Python file is one check: what stands in a column, and a column only as a whole. */
const ofPython = (document: PythonDocument): readonly Plain[] =>
  pythonDataChecks(document).filter(({ key }) => !/^pandera\0.*\0(column|schema)$/.test(key));

function checksOf(project: Project, paths: Iterable<RepoPath>): readonly (Plain & { readonly document: Held })[] {
  return [...paths].flatMap((path): readonly (Plain & { readonly document: Held })[] => {
    const document = project.document(path);
    if (document?.kind === 'python') return ofPython(document).map((check) => ({ ...check, document }));
    if (!isData(document) || !KINDS.has(document.kind)) return [];
    const coarse = dataChecks(document).filter(({ key }) => !key.startsWith('pandera\0') && !key.startsWith('feast\0'));
    return [...coarse, ...finer(document)].map((check) => ({ ...check, document }));
  });
}

/** True when a file that is read speaks of the name as a whole word. */
function isSpokenOf(project: Project, name: string, apart?: RepoPath): boolean {
  const word = new RegExp(`(?<![\\w])${name.replace(/[^\w]/g, '\\$&')}(?![\\w])`, 'i');
  return (['sql', 'yaml', 'json', 'pbtxt', 'python'] as const).some((kind) =>
    project.documents(kind, [name]).some(({ path, text }) => path !== apart && word.test(text)),
  );
}

/** A package of Python that leaves as a whole takes the data that it spoke of with it. */
function packageLeft(path: RepoPath, after: Project): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return folder !== '' && !after.paths.some((each) => each.startsWith(folder));
}

function subjectOf(
  check: Plain,
  base: Held,
  now: readonly Plain[],
  before: Project,
  after: Project,
): RemovedCheck['subject'] {
  if (base.kind === 'python' && packageLeft(base.path, after)) return 'table-left';
  const last = check.table?.slice(check.table.lastIndexOf('.') + 1);
  const open = after.document(base.path);
  const tableStays =
    now.some(({ table, key }) => table === check.table && key.split('\0')[0] === check.key.split('\0')[0]) ||
    (isData(open)
      ? open.roots.length > 0 && (last === undefined || open.text.includes(last))
      : open?.kind === 'python');
  if (check.column === undefined)
    return tableStays || (!check.key.startsWith('ge\0') && last !== undefined && isSpokenOf(after, last))
      ? 'stays'
      : 'table-left';
  if (isSpokenOf(after, check.column)) return 'stays';
  // Where only its checks ever spoke of a column, nothing says that it left.
  if (tableStays && !isSpokenOf(before, check.column, base.path)) return 'unsaid';
  return tableStays ? 'column-left' : 'table-left';
}

/** Every data check that the change takes away: not moved to another file, not replaced by one of its kind on the same column. */
export function removedChecks(before: Project, after: Project): readonly RemovedCheck[] {
  const then = checksOf(before, before.changed);
  if (then.length === 0) return [];
  const now = checksOf(after, after.changed);
  const old = new Set(then.map(({ key }) => key));
  const left = new Map<string, number>();
  for (const { key } of now) left.set(key, (left.get(key) ?? 0) + 1);
  const fresh = now.filter(({ key }) => !old.has(key)).map((check) => ({ check, used: false }));
  return then.flatMap(({ document, ...check }): readonly RemovedCheck[] => {
    const count = left.get(check.key) ?? 0;
    if (count > 0) {
      left.set(check.key, count - 1);
      return [];
    }
    const family = familyOf(check.key);
    const own = check.key.split('\0').at(-1);
    // Every feature has a shape or a count of values: it stands for the other, and says little alone.
    if (own === 'shape') return [];
    const twin = fresh.find(
      (each) =>
        !each.used &&
        each.check.column === check.column &&
        (each.check.key.split('\0').at(-1) === own || (family !== -1 && familyOf(each.check.key) === family)),
    );
    if (twin !== undefined) {
      twin.used = true;
      return [];
    }
    return [{ document, check: { ...check, limits: [] }, subject: subjectOf(check, document, now, before, after) }];
  });
}
