import { writeFile } from 'node:fs/promises';
import { SEVERITIES, type Severity } from '../core/scale.ts';
import { createEngine } from '../engine.ts';
import { shutsGate } from '../panel/verdict.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { formatNamed, render } from './formats.ts';
import type { InstrumentOptions } from './instruments.ts';
import { type LocalOptions, reviewLocal } from './local.ts';
import { selection } from './select.ts';

export interface OutputOptions {
  readonly format: string;
  readonly output?: string;
}

export interface CheckOptions extends LocalOptions, OutputOptions, InstrumentOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly failOn?: string;
  readonly fetchModels?: boolean;
}

/** `NO_COLOR` is honoured; colour goes to terminals only. */
export function wantsColour(output: string | undefined): boolean {
  return output === undefined && process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}

/** Standard output carries the report and nothing else. */
export async function deliver(text: string, output: string | undefined): Promise<void> {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (output !== undefined) {
    await writeFile(output, whole).catch((error: Error) => {
      throw new ConfigurationError(`the report cannot be written to ${output}: ${error.message}`);
    });
    return;
  }
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(whole, (error) => (error ? reject(error) : resolve())),
  );
}

export function thresholdNamed(name: string | undefined): Severity | 'never' | undefined {
  if (name === undefined || name === 'never') return name;
  const found = SEVERITIES.find((each) => each === name);
  if (found === undefined)
    throw new ConfigurationError(`--fail-on takes ${SEVERITIES.join(', ')} or never, not ${name}`);
  return found;
}

/** Progress goes to standard error, and only where somebody watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

/** `ml-review check`. Answers with the exit status. */
export async function check(options: CheckOptions): Promise<number> {
  const format = formatNamed(options.format);
  const failOn = thresholdNamed(options.failOn);
  const ranges = [options.worktree, options.staged, options.all].filter((each) => each === true);
  if (ranges.length > 1) throw new ConfigurationError('--worktree, --staged and --all exclude each other');
  const engine = await createEngine();
  progress(`reading ${options.repo}`);
  const only = selection(engine, options.only, options.skip);
  const { report, snapshot, effective } = await reviewLocal(engine, options, {
    only,
    tools: options.tools === true,
    sarif: options.sarif ?? [],
    fetchModels: options.fetchModels === true,
    ...(failOn === undefined ? {} : { failOn }),
  });
  await deliver(render(format, report, snapshot, engine, wantsColour(options.output)), options.output);
  const shut = report.findings.some((finding) => shutsGate(finding, effective.settings.gate.failOn));
  return shut ? EXIT.shut : EXIT.open;
}
