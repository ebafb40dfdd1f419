import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persona, PersonaTool } from '../core/persona.ts';
import type { Found } from '../tools/bootstrap.ts';
import { RUN_LIMITS, run, TOOL_ENVIRONMENT } from '../tools/run.ts';
import { progress } from './check.ts';

const INSTALL_MS = 600_000;

/** Commands that install a tool, tried in order; empty where only the operator can. */
export function installCommands({ install }: PersonaTool): readonly (readonly [string, ...string[]])[] {
  const commands: (readonly [string, ...string[]])[] = [];
  if (install.apt !== undefined) commands.push(['apt-get', 'install', '-y', '--no-install-recommends', install.apt]);
  if (install.pip !== undefined)
    commands.push([join(TOOL_ENVIRONMENT, 'bin', 'pip'), 'install', '--quiet', install.pip]);
  if (install.npm !== undefined) commands.push(['npm', 'install', '--global', '--ignore-scripts', install.npm]);
  return commands;
}

/** A word on a program that was installed and does not run; nothing on one that does. */
async function verified({ verify }: PersonaTool): Promise<string> {
  if (verify?.kind !== 'program') return '';
  const outcome = await run(verify.argv, tmpdir());
  return outcome.kind === 'ended' && outcome.status === 0 ? '' : `, but \`${verify.argv.join(' ')}\` fails`;
}

async function install(tool: PersonaTool): Promise<string> {
  if (tool.install.pip !== undefined)
    await run(['python3', '-m', 'venv', TOOL_ENVIRONMENT], homedir(), { ...RUN_LIMITS, timeMs: INSTALL_MS });
  for (const command of installCommands(tool)) {
    const outcome = await run(command, homedir(), { ...RUN_LIMITS, timeMs: INSTALL_MS });
    if (outcome.kind === 'ended' && outcome.status === 0) return `installed with ${command[0]}${await verified(tool)}`;
  }
  return 'could not be installed here';
}

/** Installs the missing tools that the panel itself runs, required ones first. Called by the operator only, never by a review. */
export async function installMissing(personas: readonly Persona[], found: ReadonlyMap<string, Found>): Promise<void> {
  const wanted = new Map(personas.flatMap(({ tools }) => tools).map((tool) => [tool.name, tool]));
  const missing = [...wanted.values()].filter(
    ({ name, class: kind }) => kind === 'runs' && found.get(name)?.status === 'missing',
  );
  for (const tool of missing.sort((a, b) => Number(b.required) - Number(a.required))) {
    progress(`${tool.name}: ${await install(tool)}`);
  }
}
