import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { type Document, kindOfPath, type TextDocument } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { normalName, parseRequirements } from '../../documents/requirements.ts';
import { type Certainty, specifierIsBelow } from '../../documents/versions.ts';
import type { Declared } from './declaration.ts';
import { declaredPackages } from './declared.ts';
import { dockerInstallCommands } from './install.ts';

/** A declaration and the file it stands in. */
export interface Located {
  readonly path: RepoPath;
  readonly declared: Declared;
}

/** What is known of a package's version where a file stands. */
export interface VersionFact {
  readonly name: string;
  /** What speaks for this file: one declaration, or several of equal standing (other platforms, several files). At least one. */
  readonly declarations: readonly [Located, ...Located[]];
  /** The version, where all declarations pin the same one. */
  readonly version: string | undefined;
}

export type VersionMap = (packageName: string) => VersionFact | undefined;

/** Whether the package is certainly older than `version`. `unknown` for an undefined fact, a range over it, or declarations that differ. */
export function isBelow(fact: VersionFact | undefined, version: string): Certainty {
  const answers = new Set(
    (fact?.declarations ?? []).map(({ declared }) =>
      declared.open ? 'unknown' : specifierIsBelow(declared.specifier, version),
    ),
  );
  const [answer] = answers;
  return answers.size === 1 && answer !== undefined ? answer : 'unknown';
}

/** Whether the package is certainly `version` or newer. */
export function isAtLeast(fact: VersionFact | undefined, version: string): Certainty {
  const below = isBelow(fact, version);
  if (below === 'unknown') return below;
  return below === 'yes' ? 'no' : 'yes';
}

const DECLARING =
  /^(.*requirements.*\.(txt|in)|constraints?.*\.txt|pyproject\.toml|setup\.(cfg|py)|Pipfile(\.lock)?|(uv|poetry|pdm)\.lock|pylock.*\.toml|(.*[-._])?(conda|environment|env)[^/]*\.ya?ml|(.*\.)?Dockerfile(\..*)?|Containerfile)$/i;

/** Folders whose files speak for the folder above them. */
const BESIDE = new Set(['requirements', 'docker', 'conda', 'env', 'envs', 'environments', '.devcontainer']);

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

/** Paths of declaring files by the folder they speak for. */
const declaringFiles = fact((project: Project): ReadonlyMap<string, readonly RepoPath[]> => {
  const folders = new Map<string, RepoPath[]>();
  for (const path of project.paths) {
    const file = path.slice(path.lastIndexOf('/') + 1);
    const listed = kindOfPath(path) === 'requirements';
    if (!listed && !DECLARING.test(file)) continue;
    const own = folderOf(path);
    const above = BESIDE.has(own.slice(own.lastIndexOf('/') + 1)) ? folderOf(own) : undefined;
    for (const folder of above === undefined ? [own] : [own, above]) {
      const files = folders.get(folder);
      if (files === undefined) folders.set(folder, [path]);
      else files.push(path);
    }
  }
  return folders;
});

/** `folder/target` with `.` and `..` taken in; undefined where it leaves the repository. */
function resolved(folder: string, target: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of target.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts.join('/');
}

/** Any text file may be the target of `-r` and `-c`, whatever it is called. */
const asRequirements = fact((document: TextDocument): Document => parseRequirements(document));

function declaringDocument(project: Project, path: RepoPath): Document | undefined {
  const document = project.document(path);
  return document?.kind === 'text' ? asRequirements(document) : document;
}

/** The files that a declaring file pulls in, with what they are there. */
function includesOf(
  project: Project,
  path: RepoPath,
): readonly { readonly path: RepoPath; readonly constraint: boolean }[] {
  const document = declaringDocument(project, path);
  const folder = folderOf(path);
  const known = (target: string | undefined): readonly RepoPath[] =>
    target !== undefined && project.tree.has(target as RepoPath) ? [target as RepoPath] : [];
  if (document?.kind === 'requirements') {
    return document.includes.flatMap(({ kind, target }) =>
      known(resolved(folder, target)).map((found) => ({ path: found, constraint: kind === 'constraint' })),
    );
  }
  if (document?.kind !== 'dockerfile') return [];
  // In the image the file lies where COPY put it; its name beside the Dockerfile or at the root is the best that is known.
  const targets = dockerInstallCommands(document).flatMap(({ install }) => install.files.map((word) => word.text));
  return targets.flatMap((target) => {
    const name = target.replace(/^\/+/, '').replace(/^(\.\/)+/, '');
    const file = name.slice(name.lastIndexOf('/') + 1);
    const places = [resolved(folder, name), name, resolved(folder, file), file].flatMap(known);
    return places.slice(0, 1).map((found) => ({ path: found, constraint: false }));
  });
}

const MAX_INCLUDED = 50;

function collect(project: Project, start: RepoPath): readonly Located[] {
  const seen = new Set<RepoPath>();
  const found: Located[] = [];
  const left = [{ path: start, constraint: false }];
  for (let next = left.pop(); next !== undefined && seen.size < MAX_INCLUDED; next = left.pop()) {
    const { path, constraint } = next;
    if (seen.has(path)) continue;
    seen.add(path);
    const document = declaringDocument(project, path);
    if (document === undefined) continue;
    for (const declared of declaredPackages(document)) {
      const limited = constraint && declared.source === 'requirement';
      found.push({ path, declared: limited ? { ...declared, source: 'constraint' } : declared });
    }
    left.push(...includesOf(project, path));
  }
  return found;
}

type ByName = ReadonlyMap<string, readonly Located[]>;

function byName(all: readonly Located[]): ByName {
  const names = new Map<string, Located[]>();
  for (const located of all) {
    const { name } = located.declared;
    const known = names.get(name);
    if (known === undefined) names.set(name, [located]);
    else if (!known.some((each) => each.path === located.path && each.declared.span === located.declared.span))
      known.push(located);
  }
  return names;
}

/** What each folder's own files declare; read when first asked. */
const folders = fact((project: Project) => {
  const known = new Map<string, ByName>();
  return (folder: string): ByName => {
    const hit = known.get(folder);
    if (hit !== undefined) return hit;
    const files = declaringFiles(project).get(folder) ?? [];
    const names = byName(files.flatMap((path) => collect(project, path)));
    known.set(folder, names);
    return names;
  };
});

/** Those that count most: what installs for everybody before groups, locks before ranges, ranges before bare names. */
function strongest(all: readonly Located[]): readonly Located[] {
  const steps: readonly ((located: Located) => boolean)[] = [
    ({ declared }) => declared.group === 'main',
    ({ declared }) => declared.source === 'lock',
    ({ declared }) => declared.pinned !== undefined && declared.source === 'constraint',
    ({ declared }) => declared.specifier !== '' || declared.open,
  ];
  let left = all;
  for (const step of steps) {
    const kept = left.filter(step);
    if (kept.length > 0) left = kept;
  }
  return left;
}

function factOf(name: string, all: readonly Located[]): VersionFact | undefined {
  const [first, ...rest] = strongest(all);
  if (first === undefined) return undefined;
  const pins = new Set([first, ...rest].map(({ declared }) => declared.pinned));
  const [version] = pins;
  return { name, declarations: [first, ...rest], version: pins.size === 1 ? version : undefined };
}

const says = (found: VersionFact | undefined): boolean =>
  found?.declarations.some(({ declared }) => declared.specifier !== '' || declared.open) === true;

/** Packages of the same modules in the same versions with fewer dependencies. */
const SLIM: Readonly<Record<string, string>> = { mlflow: 'mlflow-skinny', tensorflow: 'tensorflow-cpu' };

/**
 * The versions that hold for a file: what it declares itself (`%pip install`, a Dockerfile), then the nearest folder
 * upwards whose files say something about the package. Locks beat ranges in the same folder; `-r` and `-c` are followed.
 * A bare name is only the answer when no folder above says more.
 */
export function versionMap(project: Project, path: RepoPath): VersionMap {
  const own = byName(project.document(path)?.kind === 'text' ? [] : collect(project, path));
  return (packageName) => {
    const name = normalName(packageName);
    const listed = (names: ByName): readonly Located[] => names.get(name) ?? names.get(SLIM[name] ?? '') ?? [];
    let bare = factOf(name, listed(own));
    if (says(bare)) return bare;
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const found = factOf(name, listed(folders(project)(folder)));
      if (says(found)) return found;
      bare ??= found;
      if (folder === '') return bare;
    }
  };
}
