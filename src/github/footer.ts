import type { Annotation } from '../report/annotations.ts';
import { codeSpan, plain, prose } from '../report/escape.ts';
import { CONFIG_PATH } from './configuration.ts';
import type { Configuration, Problem } from './ports.ts';
import type { PullFacts } from './read.ts';

const MOST_PROBLEMS = 10;

function listed(problems: readonly Problem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS);
  return shown
    .map(({ line, message }) => `- ${line === undefined ? '' : `line ${line}: `}${prose(message)}`)
    .join('\n');
}

function aboutBase({ problems, broken }: Configuration): string {
  if (problems.length === 0) return '';
  if (!broken) return `\n**Configuration**\n${listed(problems)}\n`;
  return `\n**Configuration** ${codeSpan(CONFIG_PATH)} of the base branch has mistakes; the last good version is in force.\n${listed(problems)}\n`;
}

function aboutProposal(proposed: Configuration | undefined): string {
  if (proposed === undefined) return '';
  const after = proposed.problems.length === 0 ? 'It can be read.' : `It has mistakes:\n${listed(proposed.problems)}`;
  return `\n**Configuration** This pull request changes ${codeSpan(CONFIG_PATH)}. The change takes effect after merge. ${after}\n`;
}

/** Below the summary: what was compared, by which configuration, and the run id for the operator. */
export function footerOf(input: {
  readonly facts: Pick<PullFacts, 'baseRef' | 'baseSha' | 'headSha'>;
  readonly configuration: Configuration;
  readonly proposed: Configuration | undefined;
  readonly runId: string;
}): string {
  const { facts, configuration, proposed, runId } = input;
  const compared = `${facts.headSha.slice(0, 7)} against ${codeSpan(facts.baseRef)} at ${facts.baseSha.slice(0, 7)}`;
  return `${aboutBase(configuration)}${aboutProposal(proposed)}\n<sub>${compared} · run ${runId}</sub>`;
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
