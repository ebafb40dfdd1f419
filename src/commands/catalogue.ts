import { SEVERITIES } from '../core/scale.ts';
import { pageOf } from '../docs/page.ts';
import { createEngine } from '../engine.ts';
import { deliver } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { selection } from './select.ts';

/** `ml-review checks`: the catalogue, a line each, or as JSON. */
export async function listChecks(options: {
  readonly format: string;
  readonly only?: readonly string[];
}): Promise<number> {
  const engine = await createEngine();
  const chosen = engine.panel.checks.filter(selection(engine, options.only, undefined));
  const rows = chosen.map(({ id, persona, check }) => ({
    id,
    persona,
    severity: check.severity,
    confidence: check.confidence,
    stage: check.stage,
    mode: check.mode ?? 'comment',
    title: check.title,
  }));
  if (options.format === 'json') {
    await deliver(JSON.stringify(rows, null, 2), undefined);
    return EXIT.open;
  }
  const width = Math.max(0, ...rows.map((row) => row.id.length));
  const personas = engine.panel.personas.map((persona) => {
    const mine = rows
      .filter((row) => row.persona === persona.id)
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
      .map((row) => `  ${row.id.padEnd(width)}  ${row.severity.padEnd(8)}  ${row.mode.padEnd(7)}  ${row.title}`);
    return `${persona.title} (${mine.length})\n${mine.join('\n')}`;
  });
  await deliver(personas.join('\n\n'), undefined);
  return EXIT.open;
}

/** `ml-review explain ID`: the check's page. */
export async function explainCheck(id: string): Promise<number> {
  const engine = await createEngine();
  const listed = engine.panel.checks.find((each) => each.id === id);
  if (listed === undefined) throw new ConfigurationError(`there is no check ${id}; \`ml-review checks\` lists them`);
  await deliver(pageOf(listed).replace(/^<!--.*-->\n+/, ''), undefined);
  return EXIT.open;
}
