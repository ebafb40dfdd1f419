import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';

/** Top-level Python packages and modules of the repository itself, also below `src/`. */
export const ownPackages = fact((project: Project): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const path of project.paths) {
    if (!path.endsWith('.py')) continue;
    const parts = path.replace(/^(?:src|lib|python)\//, '').split('/');
    const first = parts[0] ?? '';
    if (parts.length === 1) names.add(first.slice(0, -3));
    else if (/^[A-Za-z_]\w*$/.test(first)) names.add(first);
  }
  return names;
});
