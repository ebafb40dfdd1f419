import type { Report } from '../core/report.ts';
import type { Annotation } from '../report/annotations.ts';
import { codeSpan, plain, prose } from '../report/escape.ts';
import { isOpen, plural } from '../report/words.ts';
import { CONFIG_PATH } from './configuration.ts';
import type { Configuration, Problem } from './ports.ts';
import type { Posted } from './posted.ts';
import { effectOf, type Proposal } from './proposal.ts';
import type { PullFacts } from './read.ts';

const MOST_PROBLEMS = 10;

function listed(problems: readonly Problem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS);
  return shown
    .map(
      ({ line, message }) =>
        `- ${line === undefined ? '' : `${codeSpan(CONFIG_PATH)} line ${line}: `}${prose(message)}`,
    )
    .join('\n');
}

function aboutBase({ problems }: Configuration): string {
  return problems.length === 0 ? '' : `\n**Configuration**\n${listed(problems)}\n`;
}

function aboutProposal(report: Report, proposal: Proposal | undefined): string {
  if (proposal === undefined) return '';
  const { broken, problems } = proposal.configuration;
  const mistakes = problems.length === 0 ? '' : ` It has mistakes:\n${listed(problems)}`;
  const after = broken ? mistakes : ` ${effectOf(report, proposal)}${mistakes}`;
  return `\n**Configuration** This pull request changes ${codeSpan(CONFIG_PATH)}. The change takes effect after merge.${after}\n`;
}

/** Anybody may resolve a thread, the author too and without a reason; that makes it quiet and does not open the gate. */
function aboutResolved({ findings }: Report, { comments }: Posted): string {
  const resolved = comments.filter(({ resolved, marker }) => resolved && marker.state === 'open');
  const prints = new Set<string>(resolved.flatMap(({ marker }) => marker.fingerprints));
  const quiet = findings.filter((finding) => isOpen(finding) && prints.has(finding.fingerprint)).length;
  if (quiet === 0) return '';
  const what = `${plural(quiet, 'finding', 'findings')} above ${quiet === 1 ? 'is' : 'are'}`;
  return `\n${what} in a thread that was resolved by hand: it stays quiet and still counts. To have it accepted, somebody with write access replies there with \`/ml-review accept <reason>\`.\n`;
}

/** Below the summary: what was compared, by which configuration, and the run id for the operator. */
export function footerOf(input: {
  readonly facts: Pick<PullFacts, 'baseRef' | 'baseSha' | 'headSha'>;
  readonly report: Report;
  readonly posted: Posted;
  readonly configuration: Configuration;
  readonly proposal: Proposal | undefined;
  readonly runId: string;
}): string {
  const { facts, report, posted, configuration, proposal, runId } = input;
  const compared = `${facts.headSha.slice(0, 7)} against ${codeSpan(facts.baseRef)} at ${facts.baseSha.slice(0, 7)}`;
  return `${aboutResolved(report, posted)}${aboutBase(configuration)}${aboutProposal(report, proposal)}\n<sub>${compared} · run ${runId}</sub>`;
}

/** Mistakes in a proposed configuration, on their lines. */
export function noticesOf(proposed: Configuration | undefined): readonly Annotation[] {
  return (proposed?.problems ?? []).slice(0, MOST_PROBLEMS).map(({ line = 1, message }) => ({
    path: CONFIG_PATH,
    start_line: line,
    end_line: line,
    annotation_level: 'warning',
    title: 'Configuration',
    message: plain(message),
  }));
}
