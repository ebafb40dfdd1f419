import { ALLOWED } from './allowed.ts';
import { DENIED, SAFE_BUILTINS, TELLING_ATTRIBUTES } from './denied.ts';
import type { SourceId } from './sources.ts';

/** `allowed` is silent; `denied` is critical; `own` is a class of the repository itself; `unknown` is everything else. */
export type Tier = 'allowed' | 'denied' | 'own' | 'unknown';

export interface Classified {
  readonly tier: Tier;
  /** Completes "`module.name`, which …"; empty for allowed names. */
  readonly why: string;
  readonly source?: SourceId;
}

/**
 * The tier of a looked-up name. Every dotted prefix counts: `torch.os.system` is as bad as `os.system`.
 * `own` holds the repository's top-level packages.
 */
export function classifyName(module: string, name: string, own: ReadonlySet<string> = new Set()): Classified {
  const full = `${module}.${name}`;
  const allowed = ALLOWED.get(full);
  if (allowed !== undefined) return { tier: 'allowed', why: '', source: allowed };
  // TorchScript's own types; no Python module of that name exists.
  if (module === '__torch__' || module.startsWith('__torch__.'))
    return { tier: 'allowed', why: '', source: 'torch-code' };
  if (module === 'builtins' || module === '__builtin__' || module === '__builtins__') return builtin(name);
  return denied(full) ?? smuggled(full, name) ?? privateModule(module) ?? outsider(module, own);
}

function builtin(name: string): Classified {
  if (SAFE_BUILTINS.has(name)) return { tier: 'allowed', why: '', source: 'python-builtins' };
  return { tier: 'denied', why: 'is a built-in function that no model needs', source: 'python-builtins' };
}

/** The name itself or a module around it is denied. */
function denied(full: string): Classified | undefined {
  const parts = full.split('.');
  for (let count = 1; count <= Math.min(parts.length, 32); count++) {
    const hit = DENIED.get(parts.slice(0, count).join('.'));
    if (hit !== undefined) return { tier: 'denied', why: hit.does, source: hit.source };
  }
  return undefined;
}

/** A dotted attribute that walks into another module or into the interpreter: `hub.load`, `_ssl.RAND_bytes`, `f.__globals__`. */
function smuggled(full: string, name: string): Classified | undefined {
  const inside = full.split('.');
  const telling = inside.find((part) => TELLING_ATTRIBUTES.has(part));
  if (telling !== undefined)
    return { tier: 'denied', why: `goes through ${telling} into the interpreter`, source: 'fickling-advisories' };
  const steps = name.split('.');
  if (steps.length === 1) return undefined;
  for (let start = 0; start < Math.min(steps.length, 32); start++) {
    const hit = denied(steps.slice(start).join('.'));
    if (hit !== undefined)
      return { ...hit, why: `reaches ${steps.slice(start).join('.')} through another module and ${hit.why}` };
    if (steps[start]?.startsWith('_') && start < steps.length - 1) {
      return {
        tier: 'denied',
        why: `reaches the private ${steps[start]} through another module`,
        source: 'fickling-advisories',
      };
    }
  }
  return undefined;
}

function privateModule(module: string): Classified | undefined {
  if (!module.startsWith('_') || module === '__main__' || module === '__mp_main__') return undefined;
  return { tier: 'denied', why: 'lies in a private module of the interpreter', source: 'python-library' };
}

function outsider(module: string, own: ReadonlySet<string>): Classified {
  const topmost = module.split('.')[0] ?? module;
  if (topmost === '__main__' || topmost === '__mp_main__') {
    return { tier: 'own', why: 'is a class of the script that wrote the file, which every loader must define again' };
  }
  if (own.has(topmost))
    return { tier: 'own', why: `is code of this repository (${topmost}), which must match the file` };
  return { tier: 'unknown', why: 'is on neither list' };
}
