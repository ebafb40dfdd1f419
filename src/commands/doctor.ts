import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ToolStatus } from '../core/report.ts';
import { createEngine } from '../engine.ts';
import { isDegraded } from '../panel/opinions.ts';
import { bootstrap, statusesOf } from '../tools/bootstrap.ts';
import { VERSION } from '../version.ts';
import { deliver } from './check.ts';
import { EXIT, explain } from './errors.ts';
import { installMissing } from './install.ts';
import { fetchingAllowed } from './pointers.ts';
import { CONFIGURATION_PATH, settingsFrom, textOnDisk } from './settings.ts';

export interface DoctorOptions {
  readonly repo: string;
  readonly format: string;
  readonly install?: boolean;
}

const MARKS: Readonly<Record<ToolStatus['status'], string>> = { ok: '✓', missing: '✗', failed: '!', 'not-run': '–' };

async function gitVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['--version']).catch(() => ({ stdout: '' }));
  return stdout.trim() === '' ? 'git is not installed' : stdout.trim();
}

/** Names only: whether a credential is there, never what it is. */
function credentials(): readonly string[] {
  const names = [
    'GITHUB_TOKEN',
    'APP_ID',
    'PRIVATE_KEY',
    'PRIVATE_KEY_PATH',
    'WEBHOOK_SECRET',
    'REDIS_URL',
    'ML_REVIEW_MLFLOW_URI',
    'ML_REVIEW_MLFLOW_TOKEN',
    'ML_REVIEW_FETCH_TOKEN',
  ];
  return names.map((name) => `  ${name.padEnd(22)} ${(process.env[name] ?? '') === '' ? 'not set' : 'set'}`);
}

function toolLine({ name, status, version, outside, required, note }: ToolStatus): string {
  return `  ${outside === true ? '!' : MARKS[status]} ${name.padEnd(20)} ${(version ?? '').padEnd(10)} ${required ? 'required     ' : 'supplementary'} ${note}`;
}

async function configuration(repo: string, engine: Awaited<ReturnType<typeof createEngine>>): Promise<string> {
  try {
    const text = await textOnDisk(repo);
    settingsFrom(text, engine, CONFIGURATION_PATH);
    return text === undefined ? `${CONFIGURATION_PATH}: none, everything is built in` : `${CONFIGURATION_PATH}: valid`;
  } catch (error) {
    return explain(error).message;
  }
}

/** Whether models behind pointers are fetched, and how far. */
function fetching(): string {
  try {
    const allowed = fetchingAllowed(false);
    if (allowed === undefined) return 'Models behind Git LFS and DVC pointers: not fetched';
    const [file, total] = [allowed.fileBytes, allowed.totalBytes].map((bytes) => bytes / 2 ** 20);
    return `Models behind Git LFS and DVC pointers: fetched, ${file} MiB each, ${total} MiB in all`;
  } catch (error) {
    return explain(error).message;
  }
}

/** `ml-review doctor`: what is there and what is not. Installs only when the operator says so. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const engine = await createEngine();
  const { personas } = engine.panel;
  if (options.install === true) await installMissing(personas, await bootstrap(personas));
  const statuses = statusesOf(personas, await bootstrap(personas));
  if (options.format === 'json') {
    await deliver(
      JSON.stringify({ version: VERSION, node: process.version, git: await gitVersion(), tools: statuses }, null, 2),
      undefined,
    );
    return EXIT.open;
  }
  const participants = personas.map(({ id, title }) => {
    const tools = statuses[id] ?? [];
    return `${title}${isDegraded(tools) ? ' (degraded: more than half of the required tools are missing)' : ''}\n${tools.map(toolLine).join('\n')}`;
  });
  const lines = [
    `ml-review ${VERSION} · Node ${process.version} · ${await gitVersion()}`,
    await configuration(options.repo, engine),
    fetching(),
    `${engine.panel.checks.length} checks, ${engine.panel.conflicts.length} conflicts, ${personas.length} participants`,
    '',
    'Credentials',
    ...credentials(),
    '',
    ...participants,
  ];
  await deliver(lines.join('\n'), undefined);
  return EXIT.open;
}
