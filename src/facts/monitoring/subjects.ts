import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { tokensOf } from '../paths.ts';
import { capacities } from '../serving/capacity.ts';
import { servedModels } from '../serving/served.ts';
import type { Guard } from './guards.ts';

/** Words of names that tell no service from another. */
const PLAIN = new Set(
  'model models endpoint service serving prod production staging development main blue green default the a'.split(' '),
);

/** Words that name what a project serves. */
export const servedWords: (project: Project) => ReadonlySet<string> = fact(
  (project: Project) =>
    new Set(
      [...capacities(project), ...servedModels(project)]
        .flatMap(({ name }) => tokensOf(name))
        .filter((word) => word.length > 2 && !PLAIN.has(word)),
    ),
);

/** The services that a guard names. */
export const subjectsOf = (project: Project, { key }: Pick<Guard, 'key'>): readonly string[] =>
  tokensOf(key).filter((word) => servedWords(project).has(word));
