import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Effective, effectiveSettings } from '../config/layers.ts';
import { type KnownNames, readConfiguration } from '../config/read.ts';
import { repoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { Engine } from '../engine.ts';
import { fileAt } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import { ConfigurationError } from './errors.ts';

/** Where a repository keeps its configuration. */
export const CONFIGURATION_PATH = repoPath('.github/ml-review.yml');

export function knownNames({ panel }: Engine): KnownNames {
  return {
    checks: new Set(panel.checks.map((listed) => listed.id)),
    conflicts: new Set(panel.conflicts.map(({ id }) => id)),
  };
}

/** Lays the configuration's text over the defaults; a mistake in it is the user's to mend. */
export function settingsFrom(text: string | undefined, engine: Engine, name: string): Effective {
  if (text === undefined) return effectiveSettings([]);
  const read = readConfiguration(text, CONFIGURATION_PATH, knownNames(engine));
  if (!read.ok)
    throw new ConfigurationError(
      read.mistakes.map(({ path, line, message }) => `${path}:${line} ${message}`).join('\n'),
    );
  return effectiveSettings([{ name, file: read.file }]);
}

export async function textOnDisk(dir: string): Promise<string | undefined> {
  return readFile(join(dir, CONFIGURATION_PATH), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new ConfigurationError(`${CONFIGURATION_PATH} cannot be read (${error.code ?? error.message})`);
  });
}

/** The settings in force: those of the base commit, so that a change cannot silence its own review. */
export async function settingsAt(repo: Repository, base: string, engine: Engine): Promise<Effective> {
  const content = base === repo.emptyTree ? undefined : await fileAt(repo, base, CONFIGURATION_PATH);
  return settingsFrom(
    content?.kind === 'text' ? content.text : undefined,
    engine,
    `${CONFIGURATION_PATH} at ${base.slice(0, 12)}`,
  );
}

/** The change's own configuration, validated for its author but not in force yet. */
export function previewIncidents(text: string, engine: Engine): readonly Incident[] {
  const read = readConfiguration(text, CONFIGURATION_PATH, knownNames(engine));
  if (read.ok) return [];
  return read.mistakes.map(({ line, message }) => ({
    kind: 'configuration',
    path: CONFIGURATION_PATH,
    line,
    clouds: false,
    message: `${message}; the configuration of the base branch stays in force`,
  }));
}
