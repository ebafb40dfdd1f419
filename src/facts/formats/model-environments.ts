import type { RepoPath } from '../../core/location.ts';
import type { Document } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { type Declared, declaredPackages } from '../versions/declared.ts';

const FILES = ['conda.yaml', 'conda.yml', 'requirements.txt', 'python_env.yaml'] as const;

/** A file beside an `MLmodel` that says in which environment the model is loaded. */
export interface ModelEnvironment {
  readonly document: Document;
  readonly packages: readonly Declared[];
}

export const environmentPaths = (folder: string): readonly RepoPath[] =>
  // A name is only asked for, and is a path where the tree has it.
  FILES.map((file) => (folder === '' ? file : `${folder}/${file}`) as RepoPath);

/** The environments beside a saved model. */
export function modelEnvironments(project: Project, folder: string): readonly ModelEnvironment[] {
  return environmentPaths(folder).flatMap((path) => {
    const document = project.document(path);
    return document === undefined
      ? []
      : [
          {
            document,
            packages: declaredPackages(document).filter(({ group, source }) => group === 'main' && source !== 'image'),
          },
        ];
  });
}
