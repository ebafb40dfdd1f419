import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the generator says about a file; an absent expectation is not tested. */
export interface Expected {
  readonly file: string;
  readonly kind: string;
  readonly tier: 'none' | 'allowed' | 'own' | 'unknown' | 'denied';
  readonly group: string;
  readonly names?: readonly string[];
  readonly notes?: readonly string[];
  readonly silent?: boolean;
  readonly mismatch?: boolean;
  readonly keras?: 'code' | 'custom' | null;
  readonly template?: boolean;
  readonly code?: 'runs' | 'elsewhere' | 'bundled' | 'beside' | null;
  readonly operator?: string;
  readonly escapes?: boolean;
  readonly notScanned?: boolean;
  readonly mayBeUnreached?: boolean;
}

export interface Corpus {
  readonly folder: string;
  readonly files: readonly Expected[];
  readonly bytes: (file: string) => Uint8Array;
}

/** Writes the corpus with the machine's python3 into a new temporary folder; undefined where there is no python3. */
export function generateCorpus(): Corpus | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'model-files-'));
  const script = join(import.meta.dirname, 'generate.py');
  try {
    execFileSync('python3', ['-B', script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
  const files = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as readonly Expected[];
  return { folder, files, bytes: (file) => readFileSync(join(folder, file)) };
}
