import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { kindOfPath } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../formats/dvc.ts';
import { kustomizations, kustomized } from '../formats/packaging.ts';
import { terraformModules } from '../formats/terraform.ts';
import { pathClassOf } from '../paths.ts';

/** A line of some other file that names a thing. */
export interface Mention {
  readonly path: RepoPath;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** Files that may run, include or deploy others; documents for people and lock files may not. */
function mayRun(path: RepoPath): boolean {
  const kind = kindOfPath(path);
  return (
    kind !== 'markdown' &&
    kind !== 'model-file' &&
    kind !== 'sql' &&
    !/(^|\/)[^/]*(\.lock|lock\.json|lock\.ya?ml)$/.test(path) &&
    pathClassOf(path) !== 'docs'
  );
}

const runners: (project: Project) => readonly { readonly path: RepoPath; readonly text: string }[] = fact((project) =>
  project.paths.flatMap((path) => {
    const content = mayRun(path) ? project.content(path) : undefined;
    return content?.kind === 'text' ? [{ path, text: content.text }] : [];
  }),
);

const known = fact((_: Project) => new Map<string, readonly Mention[]>());

const isComment = (line: string): boolean => /^\s*(#|\/\/|--|\*)/.test(line);
const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[\w-]/.test(character);

function mentionsIn(path: RepoPath, text: string, word: string, comments: boolean): readonly Mention[] {
  const found: Mention[] = [];
  for (let at = text.indexOf(word); at !== -1 && found.length < 20; at = text.indexOf(word, at + word.length)) {
    if (isWordCharacter(text[at - 1]) || isWordCharacter(text[at + word.length])) continue;
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    const line = text.slice(start, end === -1 ? undefined : end);
    if (isComment(line) === comments)
      found.push({ path, line: text.slice(0, at).split('\n').length, text: line.trim().slice(0, 200) });
  }
  return found;
}

/** Lines of workflows, scripts, code and configuration that name a word, whole, outside of comments. Never lines of documents for people. */
export function mentionsOf(project: Project, word: string): readonly Mention[] {
  const hit = known(project).get(word);
  if (hit !== undefined) return hit;
  const found =
    word.length < 3 ? [] : runners(project).flatMap(({ path, text }) => mentionsIn(path, text, word, false));
  known(project).set(word, found);
  return found;
}

/** The comment that names a word in one file: an include that was switched off. */
export function commentNaming(project: Project, path: RepoPath, word: string): Mention | undefined {
  const content = project.content(path);
  return content?.kind === 'text' ? mentionsIn(path, content.text, word, true)[0] : undefined;
}

export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Lines elsewhere that name the file, or apply its whole folder. */
export function mentionsOfFile(project: Project, path: RepoPath): readonly Mention[] {
  const folder = folderOf(path);
  const byName = mentionsOf(project, fileName(path)).filter((each) => each.path !== path);
  const applied =
    folder === ''
      ? []
      : mentionsOf(project, folder).filter(
          ({ text, path: from }) =>
            from !== path &&
            /\bapply\b.*(-f|--filename|-R|--recursive)|\bhelm\b|\bterraform\b|-chdir|working-directory/.test(text),
        );
  return [...byName, ...applied];
}

/** The kustomization beside an object's file that leaves it out; undefined when it is reached, or nothing says how it is deployed. */
export function leftOutBy(project: Project, path: RepoPath): RepoPath | undefined {
  if (kustomized(project).has(path) || kustomizations(project).some(({ open }) => open)) return undefined;
  return kustomizations(project).find(({ folder }) => folder === folderOf(path))?.document.path;
}

/** True when a Terraform folder is a module that nothing calls, in a repository that calls others. */
export function isUncalledModule(project: Project, folder: string): boolean {
  const calls = terraformModules(project);
  if (!/(^|\/)modules?\//.test(`${folder}/`) || calls.length === 0) return false;
  if (calls.some((each) => each.calls === folder || each.source?.value === undefined)) return false;
  return (
    mentionsOf(project, folder).length === 0 &&
    mentionsOf(project, fileName(folder)).every(({ text }) => !/\bsource\b/.test(text))
  );
}

const isPackageFile = (path: string): boolean => /(^|\/)(__init__|setup|conftest)\.py$/.test(path);

/** Lines that import or start a Python file: by its module name or by its file name. */
export function runsOf(project: Project, path: RepoPath): readonly Mention[] {
  if (isPackageFile(path)) return [{ path, line: 1, text: '' }];
  const stem = fileName(path).replace(/\.py$/, '');
  const others = (each: Mention): boolean => each.path !== path && pathClassOf(each.path) !== 'test';
  const starts = ({ text }: Mention): boolean =>
    /^(from|import)\b|import_module|\s-m\s/.test(text) ||
    text.includes(`.${stem}`) ||
    text.includes(`${stem}:`) ||
    /^[\w, ()]*$/.test(text);
  return [...mentionsOf(project, fileName(path)), ...mentionsOf(project, stem).filter(starts)].filter(others);
}
