import type { GithubJob, GithubStep } from '../formats/github.ts';

/** A later step that reads the outcome may fail the job itself. */
export function isReadLater(job: GithubJob, step: GithubStep): boolean {
  if (step.id === undefined) return false;
  const read = new RegExp(`steps\\.${step.id.replace(/\W/g, '\\$&')}\\.(outcome|conclusion)`);
  return job.steps
    .slice(step.index + 1)
    .some(({ node, document }) => read.test(document.text.slice(node.span.start, node.span.end)));
}

/** A later job that reads the result may fail the workflow itself. */
export const isJobRead = (job: GithubJob): boolean => job.document.text.includes(`needs.${job.id}.result`);
