import { createHash } from 'node:crypto';
import { effectiveSettings, type Layer } from '../config/layers.ts';
import { type ConfigurationMistake, readConfiguration } from '../config/read.ts';
import type { Engine } from '../engine.ts';
import type { Configuration, Configure, Layers } from '../github/ports.ts';
import { VERSION } from '../version.ts';
import { CONFIGURATION_PATH, knownNames } from './settings.ts';

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** Lays the organisation's and the repository's file over what is built in. A file with mistakes lays nothing. */
export function configureFor(engine: Engine): Configure {
  return (texts: Layers): Configuration => {
    const layers: Layer[] = [];
    const mistakes: ConfigurationMistake[] = [];
    for (const name of ['organisation', 'repository'] as const) {
      const text = texts[name];
      if (text === undefined) continue;
      const read = readConfiguration(text, CONFIGURATION_PATH, knownNames(engine));
      if (read.ok) layers.push({ name, file: read.file });
      else mistakes.push(...read.mistakes);
    }
    const { settings, refused } = effectiveSettings(layers);
    const locked = refused.map(({ key }) => ({
      message: `\`${key}\` is locked by the organisation; the value here is ignored`,
    }));
    return {
      settings,
      layers: texts,
      digest: digest([VERSION, settings]),
      problems: [...mistakes, ...locked],
      broken: mistakes.length > 0,
    };
  };
}

/** What a check is about, for people who ask in a conversation. */
export function explainFor(engine: Engine): (id: string) => string | undefined {
  const byId = new Map(engine.panel.checks.map(({ id, check }) => [String(id), check]));
  return (id) => {
    const check = byId.get(id);
    return check === undefined ? undefined : `**${check.title}** (\`${id}\`)\n\n${check.why}\n\n**Fix** ${check.fix}`;
  };
}
