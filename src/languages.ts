import { loadHcl } from './documents/hcl.ts';
import { loadPython } from './documents/python/parse.ts';

/** Loads the grammars that parsing needs; afterwards parsing is synchronous. Idempotent. */
export async function loadLanguages(): Promise<void> {
  await loadPython();
  await loadHcl();
}
