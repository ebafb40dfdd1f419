import { createEngine } from '../engine.ts';
import { deliver } from './check.ts';
import { EXIT } from './errors.ts';
import { CONFIGURATION_PATH, settingsFrom, textOnDisk } from './settings.ts';

/** `ml-review config`: validates the file in the working tree and prints what would be in force, with origins. */
export async function showConfiguration(options: { readonly repo: string; readonly format: string }): Promise<number> {
  const engine = await createEngine();
  const text = await textOnDisk(options.repo);
  const { settings, origins, refused } = settingsFrom(text, engine, CONFIGURATION_PATH);
  if (options.format === 'json') {
    await deliver(JSON.stringify({ settings, origins, refused }, null, 2), undefined);
    return EXIT.open;
  }
  const rows = Object.entries(settings).flatMap(([key, value]) =>
    typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, each]) => [`${key}.${kebab(inner)}`, each] as const)
      : [[kebab(key), value] as const],
  );
  const width = Math.max(...rows.map(([key]) => key.length));
  const lines = rows.map(
    ([key, value]) => `${key.padEnd(width)}  ${JSON.stringify(value)}  (${origins[key] ?? 'built in'})`,
  );
  await deliver(
    [
      text === undefined
        ? `${CONFIGURATION_PATH} does not exist; everything is built in`
        : `${CONFIGURATION_PATH} is valid`,
      '',
      ...lines,
    ].join('\n'),
    undefined,
  );
  return EXIT.open;
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
