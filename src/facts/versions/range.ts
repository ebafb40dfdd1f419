import { isVersion } from '../../documents/versions.ts';

/** A range in PEP 440, and whether it says all that was written. */
export interface Range {
  readonly specifier: string;
  readonly open: boolean;
}

const UNCLEAR: Range = { specifier: '', open: true };

const parts = (version: string): readonly number[] => version.split('.').map(Number);
const isPlain = (version: string): boolean => /^\d{1,9}(\.\d{1,9})*$/.test(version);

/** `^1.2.3` lets in what keeps the leftmost part that is not zero; `~1.2.3` what keeps the first two parts. */
function caretEnd(version: string): string {
  const numbers = parts(version);
  const at = numbers.findIndex((part) => part !== 0);
  const keep = at === -1 ? numbers.length - 1 : at;
  return [...numbers.slice(0, keep), (numbers[keep] ?? 0) + 1].join('.');
}

function tildeEnd(version: string): string {
  const numbers = parts(version);
  return numbers.length < 2 ? String((numbers[0] ?? 0) + 1) : `${numbers[0]}.${(numbers[1] ?? 0) + 1}`;
}

function poetryClause(clause: string): string | undefined {
  const release = clause.slice(1).trim();
  if (clause.startsWith('^') && isPlain(release)) return `>=${release},<${caretEnd(release)}`;
  if (clause.startsWith('~') && !clause.startsWith('~=') && isPlain(release))
    return `>=${release},<${tildeEnd(release)}`;
  if (/^(===|==|~=|!=|<=|>=|<|>)/.test(clause)) return clause.replace(/\s/g, '');
  if (/^\d+(\.\d+)*\.\*$/.test(clause) || isVersion(clause)) return `==${clause}`;
  return undefined;
}

/** Poetry's `^1.2`, `~1.2`, `1.2`, `*` and PEP 440; Pipfile writes a part of it. */
export function poetryRange(written: string): Range {
  const clauses: string[] = [];
  for (const each of written.split(',')) {
    const clause = each.trim();
    if (clause === '' || clause === '*') continue;
    const read = poetryClause(clause);
    if (read === undefined) return UNCLEAR;
    clauses.push(read);
  }
  return { specifier: clauses.join(','), open: false };
}

/** Conda's `=1.2` (any 1.2), `==1.2`, `1.2` after a blank, `1.2.*` and comparisons; a build string is left out. */
export function condaRange(written: string): Range {
  const [version = ''] = written.trim().split(/(?<=[\w*.])(?:\s+|=(?!=))(?=\S)/);
  const clauses: string[] = [];
  for (const each of version.split(',')) {
    const clause = each.trim().replace(/\s/g, '');
    if (clause === '' || clause === '*') continue;
    const fuzzy = /^=(?!=)(.+)$/.exec(clause)?.[1];
    if (fuzzy !== undefined && isPlain(fuzzy.replace(/\.\*$/, ''))) clauses.push(`==${fuzzy.replace(/\.\*$/, '')}.*`);
    else if (/^(==|!=|<=|>=|<|>|~=)[^=<>|]+$/.test(clause)) clauses.push(clause);
    else if (/^\d+(\.\d+)*\.?\*$/.test(clause)) clauses.push(`==${clause.replace(/\.?\*$/, '')}.*`);
    else if (isVersion(clause)) clauses.push(`==${clause}`);
    else return UNCLEAR;
  }
  return { specifier: clauses.join(','), open: false };
}
