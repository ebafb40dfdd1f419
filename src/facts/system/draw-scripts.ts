import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../formats/dvc.ts';
import { pipelineGraphs } from '../orchestration/graphs.ts';
import { pathClassOf } from '../paths.ts';
import { trainingCalls } from '../training/role.ts';
import type { Drawing } from './drawing.ts';

const WORDS = ['.fit(', '.train(', '.backward('];

/** Files that train a model and that no pipeline of the map stands for. */
export function drawScripts(project: Project, drawing: Drawing): void {
  const staged = new Set(pipelineGraphs(project).flatMap(({ steps }) => steps.flatMap(({ sources }) => sources)));
  const drawn = new Set(
    [...drawing.nodes.values()].filter(({ kind }) => kind === 'training-job').map(({ path }) => path),
  );
  // A step of an MLproject stands for the scripts of its folder.
  const projects = [...drawn].filter((path) => /(^|\/)MLproject$/.test(path)).map(folderOf);
  const isDrawn = (path: string): boolean =>
    staged.has(path as RepoPath) ||
    drawn.has(path as RepoPath) ||
    projects.some((folder) => folder === '' || path.startsWith(`${folder}/`));
  for (const document of project.documents('python', WORDS)) {
    if (isDrawn(document.path) || pathClassOf(document.path) === 'test') continue;
    const [first] = trainingCalls(document);
    if (first !== undefined) drawing.node('training-job', document.path, { document, span: first.callee });
  }
}
