import { fact } from '../../core/fact.ts';
import { type DataDocument, type DataNode, type Entry, each, entries, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { environmentOf, tokensOf } from '../paths.ts';
import { folderOf } from './dvc.ts';
import { type Described, type Field, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';
import { terraformModules } from './terraform.ts';

/** An input of a module: a `variable` block. */
export interface TerraformVariable extends Described {
  readonly name: string;
  /** Folder of its module. */
  readonly folder: string;
  readonly default: DataNode | undefined;
  readonly type: Field<string> | undefined;
}

export const terraformVariables: (project: Project) => readonly TerraformVariable[] = fact((project) =>
  rootsOf(project, 'terraform').flatMap(({ document, root }) =>
    entries(get(root, 'variable')).flatMap(({ key: name, value }) =>
      each(value).map((node) => ({
        document,
        node,
        name,
        folder: folderOf(document.path),
        default: get(node, 'default'),
        type: textAt(node, 'type'),
      })),
    ),
  ),
);

/** A `.tfvars` file: what the variables of a module are in one environment. */
export interface TerraformValues extends Described {
  readonly folder: string;
  /** By the file's name, else by its folder: `prod`, as written; undefined where neither names one. */
  readonly environment: string | undefined;
  /** Read for every plan in its folder: `terraform.tfvars` and `*.auto.tfvars`; others are named on the command line. */
  readonly automatic: boolean;
  readonly values: readonly Entry[];
}

const AUTOMATIC = /(^|\/)(terraform\.tfvars|[^/]+\.auto\.tfvars)(\.json)?$/;

/** The word of a path, nearest to the file first, that names an environment. */
export function environmentIn(path: string): string | undefined {
  for (const part of path
    .replace(/(\.auto)?\.tfvars(\.json)?$/, '')
    .split('/')
    .reverse()) {
    const named = tokensOf(part).find((token) => environmentOf(token) !== 'unknown');
    if (named !== undefined) return named;
  }
  return undefined;
}

export const terraformValues: (project: Project) => readonly TerraformValues[] = fact((project) =>
  rootsOf(project, 'terraform-variables').map(({ document, root }) => ({
    document,
    node: root,
    folder: folderOf(document.path),
    environment: environmentIn(document.path),
    automatic: AUTOMATIC.test(document.path),
    values: entries(root),
  })),
);

/** What an expression is in one environment. */
export interface InEnvironment {
  /** Undefined for a value that is the same everywhere. */
  readonly environment: string | undefined;
  readonly document: DataDocument;
  /** Where the value is written. */
  readonly node: DataNode;
}

const MOST_STEPS = 6;

/** `var.name`, `"${var.name}"` and entries below: `var.scaling.min`. */
function variableOf(node: DataNode): readonly string[] | undefined {
  const said = text(node)?.trim() ?? '';
  const inner = /^\$\{([^{}]*)\}$/.exec(said)?.[1]?.trim() ?? said;
  return node.open && /^var(\.[A-Za-z_][\w-]*)+$/.test(inner) ? inner.split('.').slice(1) : undefined;
}

/** A `.tfvars` of the module's own folder, or of one below it that holds no module of its own. */
function belongs({ folder: own }: TerraformValues, folder: string, modules: ReadonlySet<string>): boolean {
  if (own === folder) return true;
  return (folder === '' || own.startsWith(`${folder}/`)) && !modules.has(own);
}

const moduleFolders: (project: Project) => ReadonlySet<string> = fact(
  (project) => new Set(rootsOf(project, 'terraform').map(({ document }) => folderOf(document.path))),
);

/** Values that callers of a module give for its variable, each in the environments of the caller. */
function givenByCallers(project: Project, folder: string, name: string, steps: number): readonly InEnvironment[] {
  return terraformModules(project)
    .filter((each) => each.calls === folder)
    .flatMap((call) => {
      const given = get(call.node, name);
      return given === undefined ? [] : resolved(project, call.document, call.folder, given, steps - 1);
    });
}

function resolved(
  project: Project,
  document: DataDocument,
  folder: string,
  node: DataNode,
  steps: number,
): readonly InEnvironment[] {
  const path = variableOf(node);
  if (path === undefined) return node.open ? [] : [{ environment: environmentIn(`${folder}/`), document, node }];
  const [name = '', ...below] = path;
  if (steps === 0) return [];
  const called = givenByCallers(project, folder, name, steps);
  if (called.length > 0) return below.length === 0 ? called : [];
  const files = terraformValues(project).filter((each) => belongs(each, folder, moduleFolders(project)));
  const set = files.flatMap((file): readonly InEnvironment[] => {
    const found = get(file.node, name, ...below);
    return found === undefined || found.open
      ? []
      : [{ environment: file.environment, document: file.document, node: found }];
  });
  if (set.length > 0) return set;
  const declared = terraformVariables(project).find((each) => each.folder === folder && each.name === name);
  const fallback = declared === undefined ? undefined : get(declared.default, ...below);
  return declared === undefined || fallback === undefined || fallback.open
    ? []
    : [{ environment: undefined, document: declared.document, node: fallback }];
}

/**
 * What a value of a module comes to: the literal itself, or what the `.tfvars` files, the callers of the module and the
 * variable's default say. Empty where only a run tells.
 */
export const terraformValuesOf = (
  project: Project,
  { document }: Pick<Described, 'document'>,
  node: DataNode,
): readonly InEnvironment[] => resolved(project, document, folderOf(document.path), node, MOST_STEPS);
