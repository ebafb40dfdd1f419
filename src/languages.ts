import { loadPython } from './documents/python/parse.ts';

/** Loads the grammars that parsing needs; afterwards parsing is synchronous. Idempotent. */
export async function loadLanguages(): Promise<void> {
  await loadPython();
}
