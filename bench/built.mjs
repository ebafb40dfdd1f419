// The built product. BENCH_DIST names another folder than dist, so that a build may go on beside a trial.
import { pathToFileURL } from 'node:url';

const folder =
  process.env.BENCH_DIST === undefined
    ? new URL('../dist/', import.meta.url)
    : pathToFileURL(`${process.env.BENCH_DIST}/`);

export const built = (path) => import(new URL(path, folder));
