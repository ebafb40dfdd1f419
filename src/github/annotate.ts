import type { Annotation } from '../report/annotations.ts';

/** GitHub takes 50 in one request; each further request appends. */
export const ANNOTATIONS_PER_REQUEST = 50;

/** More than this is not read by anybody; the rest is counted in the summary. */
export const MOST_ANNOTATIONS = 200;

/** The requests in which annotations are sent. */
export function inBatches(annotations: readonly Annotation[]): readonly (readonly Annotation[])[] {
  const batches: Annotation[][] = [];
  for (let at = 0; at < annotations.length; at += ANNOTATIONS_PER_REQUEST) {
    batches.push(annotations.slice(at, at + ANNOTATIONS_PER_REQUEST));
  }
  return batches;
}
