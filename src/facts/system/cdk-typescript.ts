import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import type { TextDocument } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { ALARM_EVENT, CONSTRUCTS, type ConstructKind } from './cdk-constructs.ts';

/**
 * A construct of the Cloud Development Kit in TypeScript, as far as it can be read without a parser of that language: what
 * `new X(this, 'Id', {...})` is given, word by word.
 */
export interface WrittenConstruct {
  readonly document: TextDocument;
  readonly kind: ConstructKind;
  /** Its id in the stack, else its class. */
  readonly name: string;
  /** The class that is made. */
  readonly span: Span;
  /** Constructs of the file whose variables it names, or that it is told to wait for. */
  readonly refersTo: readonly WrittenConstruct[];
  /** `enableCapture`; undefined where another expression decides. */
  readonly captures: boolean | undefined;
  readonly baseline: Span | undefined;
  /** `alarmActions` or `addAlarmAction`. */
  readonly actions: Span | undefined;
  readonly schedule: Span | undefined;
  readonly handlesAlarms: boolean;
}

const MOST_CHARACTERS = 200_000;
const IS_TYPESCRIPT = /\.(ts|mts|js|mjs)$/;

/** Where a comment or string that begins at an offset ends; undefined for an offset at which neither begins. */
function skipped(text: string, at: number): number | undefined {
  const two = text.slice(at, at + 2);
  if (two === '//' || two === '/*') {
    const end = text.indexOf(two === '//' ? '\n' : '*/', at + 2);
    return end === -1 ? text.length : two === '//' ? end : end + 2;
  }
  const quote = text[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return undefined;
  let end = at + 1;
  while (end < text.length && text[end] !== quote && (quote === '`' || text[end] !== '\n'))
    end += text[end] === '\\' ? 2 : 1;
  return Math.min(text.length, end + 1);
}

/** The text with what stands in comments and strings made blank; no offset moves. */
function codeOf(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const end = skipped(text, at);
    if (end === undefined) at += 1;
    else {
      parts.push(text.slice(kept, at), text.slice(at, end).replace(/[^\n]/g, ' '));
      kept = end;
      at = end;
    }
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** Modules of the kit by the name they have in the file, and classes that are imported on their own. */
function importsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, star, list = '', module = ''] of text.matchAll(
    /^import\s+(?:\*\s+as\s+(\w+)|\{([^}]{0,2000})\})\s+from\s+['"]([^'"\n]{1,200})['"]/gm,
  )) {
    if (!/^(aws-cdk-lib|@aws-cdk\/)/.test(module)) continue;
    const inner = module.slice(module.lastIndexOf('/') + 1).replaceAll('-', '_');
    if (star !== undefined) found.set(star, inner);
    for (const part of list.split(',')) {
      const [name = '', alias = name] = part.trim().split(/\s+as\s+/);
      found.set(alias, /^aws_/.test(name) ? name : `${inner}.${name}`);
    }
  }
  return found;
}

/** Offset behind the bracket that closes the one at `open`; the end of the text where none does. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    else if (code[at] === ')') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return code.length;
}

interface Made {
  readonly kind: ConstructKind;
  readonly name: string;
  readonly span: Span;
  /** From the bracket to the one that closes it. */
  readonly body: Span;
  readonly variable: string | undefined;
  /** Every word of the body. */
  readonly words: ReadonlySet<string>;
}

/** A method that is called on a construct after it was made: `alarm.addAlarmAction(...)`. */
interface Told {
  readonly variable: string;
  readonly span: Span;
  readonly words: ReadonlySet<string>;
  readonly acts: boolean;
}

const MOST_CONSTRUCTS = 100;

const wordsOf = (code: string, { start, end }: Span): ReadonlySet<string> =>
  new Set(code.slice(start, end).split(/\W+/));

function madeIn(text: string, code: string): readonly Made[] {
  const modules = importsOf(text);
  const news = [...code.matchAll(/\bnew\s+(?:(\w+)\s*\.\s*)?([A-Z]\w*)\s*\(/g)].slice(0, MOST_CONSTRUCTS);
  return news.flatMap((match): readonly Made[] => {
    const [, alias, type = ''] = match;
    const full = alias === undefined ? modules.get(type) : `${modules.get(alias) ?? ''}.${type}`;
    const kind = CONSTRUCTS.find(([, pattern]) => pattern.test(`.${full ?? ''}`))?.[0];
    if (full === undefined || kind === undefined) return [];
    const open = match.index + match[0].length - 1;
    const start = code.indexOf(type, match.index + 3);
    const before = code.slice(Math.max(0, match.index - 200), match.index);
    const id = /^\(\s*[\w.$]{1,100}\s*,\s*['"`]([^'"`\n]{1,200})['"`]/.exec(text.slice(open, open + 400))?.[1];
    const body = { start: open, end: closing(code, open) };
    return [
      {
        kind,
        name: id ?? type,
        span: { start, end: start + type.length },
        body,
        words: wordsOf(code, body),
        variable: /(?:\b(?:const|let|var)\s+|\bthis\.)(\w+)\s*(?::\s*[\w.]{1,100}\s*)?=\s*$/.exec(before)?.[1],
      },
    ];
  });
}

/** Where a property of a construct is written, at any depth. */
function propertyAt(code: string, { body }: Made, name: string): Span | undefined {
  const found = new RegExp(`\\b${name}\\s*[:,}]`).exec(code.slice(body.start, body.end));
  if (found === null) return undefined;
  const start = body.start + found.index;
  return { start, end: start + name.length };
}

/** What a property is given: one word, or its own name where it stands alone. */
function wordOf(code: string, made: Made, name: string): string | undefined {
  const found = new RegExp(`\\b${name}\\s*(?::\\s*([\\w.$]{1,100})\\s*)?[,}]`).exec(
    code.slice(made.body.start, made.body.end),
  );
  return found === null ? undefined : (found[1] ?? name);
}

function toldIn(code: string): readonly Told[] {
  const calls = [...code.matchAll(/\b(\w+)\s*\.\s*(addDependency|addDependsOn|addTarget|addAlarmAction)\s*\(/g)];
  return calls.slice(0, MOST_CONSTRUCTS).map((match) => {
    const span = { start: match.index, end: closing(code, match.index + match[0].length - 1) };
    return { variable: match[1] ?? '', span, words: wordsOf(code, span), acts: match[2] === 'addAlarmAction' };
  });
}

const NAMED: Readonly<Partial<Record<ConstructKind, string>>> = {
  endpoint: 'endpointName',
  monitor: 'monitoringScheduleName',
};

function refers(code: string, own: Made, other: Made, told: readonly Told[]): boolean {
  if (own === other) return false;
  const { variable } = other;
  const said = told.filter((each) => each.variable === own.variable);
  if (variable !== undefined && [own, ...said].some(({ words }) => words.has(variable))) return true;
  const key = NAMED[other.kind];
  if (key === undefined || own.kind === 'config' || !own.words.has(key)) return false;
  const word = wordOf(code, other, key);
  return word !== undefined && wordOf(code, own, key) === word;
}

const constructsIn: (document: TextDocument) => readonly WrittenConstruct[] = fact((document) => {
  const { text } = document;
  const code = codeOf(text);
  const all = madeIn(text, code);
  const told = toldIn(code);
  const built = new Map<Made, WrittenConstruct & { refersTo: WrittenConstruct[] }>();
  for (const made of all) {
    const capture = wordOf(code, made, 'enableCapture');
    built.set(made, {
      document,
      kind: made.kind,
      name: made.name,
      span: made.span,
      refersTo: [],
      captures: capture === 'true' ? true : capture === undefined || capture === 'false' ? false : undefined,
      baseline: propertyAt(code, made, 'baselineConfig'),
      actions:
        propertyAt(code, made, 'alarmActions') ??
        told.find(({ variable, acts }) => acts && variable === made.variable)?.span,
      schedule: propertyAt(code, made, 'scheduleConfig') ?? propertyAt(code, made, 'schedule'),
      handlesAlarms: made.kind === 'rule' && ALARM_EVENT.test(text.slice(made.body.start, made.body.end)),
    });
  }
  for (const [made, construct] of built)
    for (const [other, target] of built) if (refers(code, made, other, told)) construct.refersTo.push(target);
  return [...built.values()];
});

/** Every construct of the project's TypeScript that sets up models, their endpoints, monitors and alarms. */
export const writtenConstructs: (project: Project) => readonly WrittenConstruct[] = fact((project) =>
  project.paths.flatMap((path) => {
    const content = IS_TYPESCRIPT.test(path) ? project.content(path) : undefined;
    if (content?.kind !== 'text' || content.text.length > MOST_CHARACTERS) return [];
    if (!/aws-cdk/.test(content.text) || !/sagemaker|cloudwatch|aws-events/.test(content.text)) return [];
    const document = project.document(path);
    return document?.kind === 'text' ? constructsIn(document) : [];
  }),
);
