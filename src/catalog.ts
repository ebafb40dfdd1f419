import { readdir, readFile } from 'node:fs/promises';
import type { CheckId } from './core/finding.ts';
import type { Persona } from './core/persona.ts';
import { PERSONAS } from './core/scale.ts';
import type { Check, ConflictRule, Listed, ListedConflict } from './kit/index.ts';
import { voidAllow } from './panel/void-allow.ts';
import { parsePersona } from './personas/parse.ts';

const HERE = new URL('.', import.meta.url);
/** `.ts` from source, `.js` when built: the catalogue is whatever lies in the folder. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

async function modulesIn(folder: URL): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(EXTENSION) && !name.endsWith('.d.ts')).sort();
}

async function foldersIn(folder: URL): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Every check of the catalogue: the folder is the persona, the file name the id. There is no list to keep; only the
 * check that has to know all others comes from elsewhere.
 */
export async function loadChecks(): Promise<readonly Listed[]> {
  const root = new URL('checks/', HERE);
  const listed: Listed[] = [];
  for (const persona of await foldersIn(root)) {
    const folder = new URL(`${persona}/`, root);
    for (const name of await modulesIn(folder)) {
      // One at a time: the linker of jest races on concurrent dynamic imports.
      const module: { readonly default: Check } = await import(new URL(name, folder).href);
      listed.push({ id: name.slice(0, -EXTENSION.length) as CheckId, persona, check: module.default });
    }
  }
  return [...listed, voidAllow(listed.map(({ id }) => id))];
}

/** Every conflict the panel knows; the file name is the id. */
export async function loadConflicts(): Promise<readonly ListedConflict[]> {
  const folder = new URL('conflicts/', HERE);
  const listed: ListedConflict[] = [];
  for (const name of await modulesIn(folder)) {
    const module: { readonly default: ConflictRule } = await import(new URL(name, folder).href);
    listed.push({ id: name.slice(0, -EXTENSION.length), rule: module.default });
  }
  return listed;
}

/** The participants that come with the product, in the panel's order. */
export async function loadPersonas(folder: URL = new URL('../personas/', HERE)): Promise<readonly Persona[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md') && name !== 'panel.md');
  const personas: Persona[] = [];
  for (const name of names) {
    const file = parsePersona(`personas/${name}`, await readFile(new URL(name, folder), 'utf8'));
    if (file.kind === 'mistaken') {
      throw new Error(file.mistakes.map(({ path, line, message }) => `${path}:${line} ${message}`).join('; '));
    }
    personas.push(file.value);
  }
  const order: readonly string[] = PERSONAS;
  return personas.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
}
