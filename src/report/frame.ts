import type { Finding } from '../core/finding.ts';
import { reveal } from './escape.ts';
import { maskSecrets } from './secrets.ts';

/** One line of code as it is shown. `mark` is the flagged part in UTF-16 units of `text`, end exclusive. */
export interface FrameLine {
  /** 1-based, in the file. */
  readonly number: number;
  readonly text: string;
  readonly flagged: boolean;
  readonly mark?: { readonly start: number; readonly end: number };
}

type Flagged = Pick<Finding, 'concern' | 'startLine' | 'endLine' | 'startColumn' | 'endColumn'>;

const AROUND = 2;
/** Lines of a long flagged range that are shown. */
const MOST_LINES = 8;
const MOST_WIDTH = 160;
/** Shown before the flagged part of a line that is too long to show. */
const LEAD = 40;

/** The flagged lines and two around them; empty where the source has no such line. Secrets are masked. */
export function frameOf(source: string, finding: Flagged): readonly FrameLine[] {
  const from = Math.max(1, finding.startLine - AROUND);
  const to = Math.min(finding.endLine + AROUND, finding.startLine + MOST_LINES);
  return linesBetween(source, from, to).map((text, index) => lineOf(text, from + index, finding));
}

function linesBetween(source: string, from: number, to: number): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  for (let number = 1; number <= to && start <= source.length; number += 1) {
    const end = source.indexOf('\n', start);
    const stop = end === -1 ? source.length : end;
    const isPhantom = end === -1 && start === source.length && number > 1;
    if (number >= from && !isPhantom) lines.push(source.slice(start, source[stop - 1] === '\r' ? stop - 1 : stop));
    start = stop + 1;
  }
  return lines;
}

function lineOf(text: string, number: number, finding: Flagged): FrameLine {
  const flagged = number >= finding.startLine && number <= finding.endLine;
  if (!flagged) return { number, text: shown(clipped(text, 0)), flagged };
  const start = number === finding.startLine ? finding.startColumn - 1 : text.length - text.trimStart().length;
  const end = number === finding.endLine ? Math.max(start, finding.endColumn - 1) : text.length;
  return { number, flagged, ...marked(text, start, Math.min(end, text.length), finding.concern === 'secret-exposure') };
}

/** The parts before, in and after the mark are made safe one by one, so that the mark still fits. */
function marked(text: string, start: number, end: number, isSecret: boolean): Pick<FrameLine, 'text' | 'mark'> {
  const cut = end > MOST_WIDTH ? Math.max(0, start - LEAD) : 0;
  const before = `${cut > 0 ? '…' : ''}${shown(text.slice(cut, start))}`;
  const middle = isSecret ? '****' : shown(clipped(text.slice(start, end), 0));
  const after = shown(clipped(text.slice(end), start + middle.length - cut));
  const whole = before + middle + after;
  // A secret that reaches over the mark shows only when the parts are put together again.
  const masked = maskSecrets(whole);
  if (masked !== whole || middle === '') return { text: masked };
  return { text: whole, mark: { start: before.length, end: before.length + middle.length } };
}

function clipped(text: string, used: number): string {
  const most = Math.max(20, MOST_WIDTH - used);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function shown(text: string): string {
  return reveal(maskSecrets(text)).replaceAll('\t', '    ');
}
