import type { RepoPath, Span } from '../../core/location.ts';
import { type DataDocument, get, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { databricksResources, databricksTasks } from '../formats/databricks.ts';
import { folderOf, within } from '../formats/dvc.ts';
import { environmentOf, isTemplatePath, pathClassOf, tokensOf } from '../paths.ts';

/** A scheduled job that scores with a model of the registry. */
export interface ScoringJob {
  readonly document: DataDocument;
  readonly span: Span;
  readonly name: string;
}

const SCORES = /^(score|scores|scoring|scorer|inference|infer|predict|prediction|predictions)$/;
const MODEL = /models:\/|load_model|spark_udf|model_uri|model_name/;

function sourceOf(project: Project, document: DataDocument, path: string | undefined): string {
  const file = path === undefined ? undefined : within(folderOf(document.path), path);
  return (
    [file, `${file}.py`, `${file}.ipynb`].flatMap((each) => {
      const content = project.tree.has(each as RepoPath) ? project.content(each as RepoPath) : undefined;
      return content?.kind === 'text' ? [content.text] : [];
    })[0] ?? ''
  );
}

/** Every scheduled job of a Databricks bundle with a task that scores with a model, outside of examples and development. */
export const scoringJobs = (project: Project): readonly ScoringJob[] =>
  databricksResources(project, 'jobs').flatMap((job): readonly ScoringJob[] => {
    const { document, node, key, entry, target } = job;
    if (pathClassOf(document.path) !== 'production' || isTemplatePath(document.path)) return [];
    if (['schedule', 'trigger', 'continuous'].every((name) => get(node, name) === undefined)) return [];
    if (environmentOf(target ?? document.path) === 'development') return [];
    const scores = databricksTasks(job).some(({ node: task, key: own, source }) => {
      if (!tokensOf(`${key} ${own?.text ?? ''}`).some((token) => SCORES.test(token))) return false;
      const said = [...walk(task)].map((each) => text(each) ?? '').join(' ');
      return MODEL.test(said) || MODEL.test(sourceOf(project, document, source?.value));
    });
    return scores ? [{ document, span: entry.keySpan, name: key }] : [];
  });
