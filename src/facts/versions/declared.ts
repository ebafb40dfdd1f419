import { fact } from '../../core/fact.ts';
import type { Document } from '../../documents/kinds.ts';
import { condaEnvironment, condaLock } from './conda.ts';
import type { Declared } from './declaration.ts';
import { dockerInstalls, magicInstalls } from './install.ts';
import { pipfile, pipfileLock, pyproject, tomlLock } from './project-file.ts';
import { requirementsFile, setupCfg } from './requirement.ts';
import { setupPy } from './setup-py.ts';

export type { DeclarationSource, Declared } from './declaration.ts';

function declare(document: Document): readonly Declared[] {
  const file = document.path.slice(document.path.lastIndexOf('/') + 1);
  switch (document.kind) {
    case 'requirements':
      return requirementsFile(document, file);
    case 'dockerfile':
      return dockerInstalls(document);
    case 'notebook':
      return document.python === undefined ? [] : magicInstalls(document.python);
    case 'python':
      return file === 'setup.py' ? setupPy(document) : [];
    case 'ini':
      return file === 'setup.cfg' ? setupCfg(document) : [];
    case 'json':
      return file === 'Pipfile.lock' ? pipfileLock(document) : [];
    case 'yaml':
      return /^conda-lock.*\.ya?ml$|\.conda-lock\.ya?ml$/.test(file) ? condaLock(document) : condaEnvironment(document);
    case 'toml':
      if (file === 'Pipfile') return pipfile(document);
      return /^(uv|poetry|pdm|pylock(\..*)?)\.(lock|toml)$/.test(file) ? tomlLock(document) : pyproject(document);
    default:
      return [];
  }
}

/** Every package that a document declares, in source order; includes (`-r`) are not followed. Empty for other documents. */
export const declaredPackages: (document: Document) => readonly Declared[] = fact(declare);
