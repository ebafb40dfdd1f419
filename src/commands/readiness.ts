import type { LifecycleGap, ReadinessTest, Report } from '../core/report.ts';
import { createEngine } from '../engine.ts';
import { openRepository } from '../git/repository.ts';
import { deliver, type OutputOptions, progress, wantsColour } from './check.ts';
import { EXIT } from './errors.ts';
import { formatNamed, render } from './formats.ts';
import { reviewLocal, reviewRange } from './local.ts';

export interface ReadinessOptions extends OutputOptions {
  readonly repo: string;
  readonly head?: string;
}

const MARKS = { evidenced: '✓', contradicted: '✗', 'not evidenced': '–', 'not applicable': '·' } as const;
const STATES: Readonly<Record<ReadinessTest['state'], string>> = {
  automated: '✓',
  documented: '~',
  contradicted: '✗',
  'not-evidenced': '–',
  'not-applicable': '·',
};

const place = ({ path, line }: { readonly path: string; readonly line: number }): string => `${path}:${line}`;

function rowText([name, { status, evidence, contradictions, wouldCount }]: readonly [string, LifecycleGap]): string {
  const places = (status === 'contradicted' ? contradictions : evidence).slice(0, 3).map(place).join(', ');
  return `  ${MARKS[status]} ${name.padEnd(18)} ${places === '' ? wouldCount.join('; ') : places}`;
}

function testText({ id, title, state, score, evidence, reason }: ReadinessTest): string {
  const where = evidence.slice(0, 2).map(place).join(', ');
  return `  ${STATES[state]} ${id}  ${score.toFixed(1)}  ${title}${where === '' ? (state === 'not-evidenced' ? ` (${reason})` : '') : ` (${where})`}`;
}

function systemText({ system }: Report): readonly string[] {
  if (system.nodes.length === 0) return ['  nothing of an ML system is described in this repository'];
  return system.nodes.map(({ kind, name, environment, path, line, wired }) => {
    const fails = (wired?.fails ?? []).length === 0 ? '' : `  not wired: ${wired?.fails.join(', ')}`;
    return `  ${kind.padEnd(18)} ${name}${environment === undefined ? '' : ` [${environment}]`}  ${path}:${line}${fails}`;
  });
}

function terminalText(report: Report): string {
  const { readiness, lifecycle, constraints } = report.consolidation;
  const { data, model, infrastructure, monitoring, total } = readiness.score;
  const unseen = readiness.tests.filter(({ state }) => state === 'not-evidenced').length;
  return [
    `Readiness: ${readiness.confidence}`,
    `  ${readiness.why}`,
    `  score at least ${total} (data ${data}, model ${model}, infrastructure ${infrastructure}, monitoring ${monitoring}); ${unseen} tests cannot be judged from this repository`,
    '',
    'Would raise it',
    ...readiness.wouldRaise.map((fact) => `  ${fact}`),
    '',
    'Constraints',
    ...constraints.map(({ question, status, answer }) => `  ${MARKS[status]} ${question} ${answer}`),
    '',
    'Lifecycle',
    ...Object.entries(lifecycle).map(rowText),
    '',
    'ML Test Score',
    ...readiness.tests.map(testText),
    '',
    `System (${report.system.nodes.length} parts, ${report.system.edges.length} connections)`,
    ...systemText(report),
  ].join('\n');
}

/** `ml-review readiness`: the whole repository at one commit. */
export async function readiness(options: ReadinessOptions): Promise<number> {
  const format = formatNamed(options.format);
  const engine = await createEngine();
  progress(`reading ${options.repo}`);
  const { head } = options;
  const { report, snapshot } =
    head === undefined
      ? await reviewLocal(engine, { repo: options.repo, all: true })
      : await reviewRange(engine, await openRepository(options.repo), { all: true, head });
  if (format === 'terminal') await deliver(terminalText(report), options.output);
  else if (format === 'json') {
    const { readiness: level, lifecycle, constraints, conflicts } = report.consolidation;
    const { schemaVersion, version, incidents, notEvaluated, system } = report;
    await deliver(
      JSON.stringify(
        {
          schemaVersion,
          version,
          head: report.head,
          readiness: level,
          lifecycle,
          constraints,
          conflicts,
          system,
          incidents,
          notEvaluated,
        },
        null,
        2,
      ),
      options.output,
    );
  } else await deliver(render(format, report, snapshot, engine, wantsColour(options.output)), options.output);
  return EXIT.open;
}
