import type { Span } from '../core/location.ts';

/** One requirement as PEP 508 and pip write it. */
export interface Requirement {
  /** Normalised as PEP 503 says; empty for a URL or path that names no package. */
  readonly name: string;
  /** The name as written, or the URL of a requirement without one. */
  readonly nameSpan: Span;
  /** `>=2.0,<3` without blanks and brackets; empty for any version. */
  readonly specifier: string;
  /** Empty where no version is given. */
  readonly specifierSpan: Span;
  readonly extras: readonly string[];
  readonly marker: string | undefined;
  /** `git+https://...`, an archive or a path. */
  readonly url: string | undefined;
  /** From the name to the marker, without hashes and comments. */
  readonly span: Span;
  /** Holds `${X}`. */
  readonly open: boolean;
}

/** `Foo.Bar_baz` and `foo-bar-baz` are one package (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*/;
const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()|]+)/;
const URL =
  /^(?:(?:git|hg|svn|bzr)\+|(?:https?|file|ftp|ssh|s3|gs):\/\/|\.{0,2}\/|[A-Za-z]:\\)|^\S+\.(?:whl|zip|tar\.gz|tgz)$/i;
const WHEEL = /^([A-Za-z0-9][A-Za-z0-9._]*)-(\d[^-]*)-(?:[^-]+-)?[^-]+-[^-]+-[^-]+\.whl$/;

/**
 * Reads one requirement. `offset` is where `text` starts in the document. Undefined where the text is none: an empty
 * text, `torch=2` or two packages on one line.
 */
export function parseRequirement(text: string, offset: number): Requirement | undefined {
  const lead = text.length - text.trimStart().length;
  const body = text.trim();
  if (body === '' || body.length > 10_000) return undefined;
  const start = offset + lead;
  return URL.test(body) ? location(body, start) : named(body, start);
}

const span = (start: number, length: number): Span => ({ start, end: start + length });

function splitMarker(body: string): { readonly head: string; readonly marker: string | undefined } {
  const cut = body.search(/;/);
  return cut === -1
    ? { head: body, marker: undefined }
    : { head: body.slice(0, cut).trimEnd(), marker: body.slice(cut + 1).trim() };
}

function location(body: string, start: number): Requirement {
  // A URL may hold a semicolon, so its marker needs a blank before it.
  const cut = body.search(/\s;/);
  const url = (cut === -1 ? body : body.slice(0, cut)).trim();
  const marker = cut === -1 ? undefined : body.slice(cut).replace(/^\s*;\s*/, '');
  const egg = /[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(url)?.[1];
  const wheel = wheelOf(url);
  return {
    name: normalName(egg ?? wheel?.name ?? ''),
    nameSpan: span(start, url.length),
    specifier: wheel === undefined ? '' : `==${wheel.version}`,
    specifierSpan: span(start + url.length, 0),
    extras: [],
    marker,
    url,
    span: span(start, body.length),
    open: body.includes('${'),
  };
}

function wheelOf(url: string): { readonly name: string; readonly version: string } | undefined {
  const file =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  const match = WHEEL.exec(file.replace(/%2B/gi, '+'));
  return match === null ? undefined : { name: match[1] ?? '', version: match[2] ?? '' };
}

function named(body: string, start: number): Requirement | undefined {
  const written = NAME.exec(body)?.[0].replace(/[._-]+$/, '');
  if (written === undefined) return undefined;
  const at = body.match(/^[A-Za-z0-9._-]+(?:\s*\[[^\]]*\])?\s*@\s*/)?.[0];
  const extras = /^\s*\[([^\]]*)\]/.exec(body.slice(written.length));
  const shared = {
    name: normalName(written),
    nameSpan: span(start, written.length),
    extras: (extras?.[1] ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
    open: body.includes('${'),
  };
  if (at !== undefined) {
    const direct = location(body.slice(at.length), start + at.length);
    return { ...direct, ...shared, span: span(start, body.length) };
  }
  const { head, marker } = splitMarker(body);
  const from = written.length + (extras?.[0].length ?? 0);
  const clauses = readClauses(head.slice(from));
  if (clauses === undefined) return undefined;
  return {
    ...shared,
    specifier: clauses.specifier,
    specifierSpan: span(start + from + clauses.lead, clauses.length),
    marker,
    url: undefined,
    span: span(start, body.length),
  };
}

function readClauses(
  text: string,
): { readonly specifier: string; readonly lead: number; readonly length: number } | undefined {
  const lead = text.length - text.trimStart().length;
  const written = text.trim();
  const inner = written.startsWith('(') && written.endsWith(')') ? written.slice(1, -1).trim() : written;
  const clauses: string[] = [];
  for (let rest = inner; rest !== ''; ) {
    const match = CLAUSE.exec(rest);
    if (match === null) return undefined;
    clauses.push(`${match[1]}${match[2]}`);
    rest = rest.slice(match[0].length).trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (rest !== '') return undefined;
  }
  return { specifier: clauses.join(','), lead, length: written.length };
}
