import { createEngine } from '../engine.ts';
import { readCommitPairs } from '../git/history.ts';
import { openRepository } from '../git/repository.ts';
import { shutsGate } from '../panel/verdict.ts';
import { deliver, progress } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { reviewRange } from './local.ts';
import { selection } from './select.ts';

export interface ReplayOptions {
  readonly repo: string;
  readonly last: string;
  readonly merges: boolean;
  readonly format: string;
  readonly head?: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

interface Replayed {
  readonly head: string;
  readonly base: string;
  readonly subject: string;
  readonly verdict: string;
  readonly blocks: number;
  readonly findings: readonly {
    readonly check: string;
    readonly severity: string;
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly mode: string;
  }[];
  readonly incidents: readonly { readonly kind: string; readonly path?: string; readonly message: string }[];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function line(each: Replayed): string {
  const told = each.findings.map(
    (finding) =>
      `    ${finding.severity.padEnd(8)} ${finding.check}  ${finding.path}:${finding.line}  ${finding.message}`,
  );
  const subject = each.subject.length > 60 ? `${each.subject.slice(0, 59)}…` : each.subject;
  return [`${each.head.slice(0, 10)}  ${each.verdict.padEnd(10)}  ${subject}`, ...told].join('\n');
}

function totals(all: readonly Replayed[]): string {
  const by = new Map<string, number>();
  for (const { check, severity } of all.flatMap((each) => each.findings))
    by.set(`${severity} ${check}`, (by.get(`${severity} ${check}`) ?? 0) + 1);
  const rows = [...by].sort((a, b) => b[1] - a[1]).map(([name, times]) => `  ${String(times).padStart(4)}  ${name}`);
  const blocked = all.filter((each) => each.verdict === 'block').length;
  const silent = all.filter((each) => each.findings.length === 0).length;
  return [
    `${count(all.length, 'change')}: ${blocked} blocked, ${silent} without a word, ${count(all.flatMap((each) => each.findings).length, 'finding')}`,
    ...rows,
  ].join('\n');
}

/** `ml-review replay`: what the panel would have said about the last changes, and blocked. */
export async function replay(options: ReplayOptions): Promise<number> {
  const last = Number(options.last);
  if (!Number.isInteger(last) || last < 1)
    throw new ConfigurationError(`--last takes a number of changes, not ${options.last}`);
  const engine = await createEngine();
  const only = selection(engine, options.only, options.skip);
  const repo = await openRepository(options.repo);
  const pairs = await readCommitPairs(repo, {
    last,
    merges: options.merges ? 'all' : 'first-parent',
    ...(options.head === undefined ? {} : { head: options.head }),
  });
  const all: Replayed[] = [];
  for (const { base, head, subject } of pairs) {
    progress(`${all.length + 1}/${pairs.length} ${subject}`);
    const { report, effective } = await reviewRange(engine, repo, { base, head }, { only });
    const told = report.findings.filter((finding) => finding.introduced && finding.allowed === undefined);
    const { verdict, incidents } = report;
    const blocks = told.filter((finding) => shutsGate(finding, effective.settings.gate.failOn)).length;
    const findings = told.map(({ check, severity, path, startLine, message, mode }) => ({
      check,
      severity,
      path,
      line: startLine,
      message,
      mode,
    }));
    all.push({ head, base, subject, verdict, blocks, findings, incidents });
  }
  await deliver(
    options.format === 'json' ? JSON.stringify(all, null, 2) : [...all.map(line), '', totals(all)].join('\n'),
    undefined,
  );
  return EXIT.open;
}
