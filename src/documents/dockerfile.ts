import { fact } from '../core/fact.ts';
import type { Span } from '../core/location.ts';
import { isTemplatePath, MAX_DAMAGE } from './data-build.ts';
import { type Instruction, type RawInstruction, readInstruction } from './dockerfile/instruction.ts';
import { type Certainty, type Expanded, expand, type Variables, withInstruction } from './dockerfile/variables.ts';
import type { Damage, DocumentBase } from './document.ts';
import { baseOf, type TextSource } from './source.ts';

export type { Flag, Heredoc, Instruction, Word } from './dockerfile/instruction.ts';

/** What FROM says. Parts are expanded; a part that is not known holds its variable as written. */
export interface Stage {
  readonly index: number;
  /** `AS name`, in lower case as Docker compares it. */
  readonly name: string | undefined;
  /** With registry, without tag and digest. */
  readonly image: string;
  readonly tag: string | undefined;
  /** `sha256:...` */
  readonly digest: string | undefined;
  /** The image as written, tag and digest included. */
  readonly span: Span;
  readonly certainty: Certainty;
  /** Index of the earlier stage that the image names. */
  readonly from: number | undefined;
  readonly instruction: Instruction;
}

export interface DockerfileDocument extends DocumentBase {
  readonly kind: 'dockerfile';
  /** A template has neither instructions nor stages, and nothing may be concluded from what it lacks. */
  readonly template: boolean;
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly comments: readonly { readonly span: Span; readonly text: string }[];
}

const KEYWORDS = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);

/** Reads a Dockerfile. Never throws: a line that is no instruction is damage, and the rest is read. */
export function parseDockerfile(source: TextSource): DockerfileDocument {
  const { text, path } = source;
  const damage: Damage[] = [];
  const { raw, comments } = readLines(text, damage);
  const template = isTemplatePath(path) || (damage.length > 0 && /^[ \t]*(?:\{\{|\{%)/m.test(text));
  if (template) {
    return { kind: 'dockerfile', ...baseOf(source, []), template, instructions: [], stages: [], comments: [] };
  }
  const { instructions, stages } = withStages(raw);
  return { kind: 'dockerfile', ...baseOf(source, damage), template, instructions, stages, comments };
}

function readLines(
  text: string,
  damage: Damage[],
): { raw: RawInstruction[]; comments: { span: Span; text: string }[] } {
  const raw: RawInstruction[] = [];
  const comments: { span: Span; text: string }[] = [];
  const escapeMark = /^(?:\uFEFF)?(?:#[^\n]*\n){0,5}#[ \t]*escape[ \t]*=[ \t]*`/i.test(text.slice(0, 2000))
    ? '`'
    : '\\';
  let at = 0;
  while (at < text.length) {
    const found = text.indexOf('\n', at);
    const next = found === -1 ? text.length : found + 1;
    const start = at + (/^[\s\uFEFF]*/.exec(text.slice(at, next))?.[0].length ?? 0);
    const end = start + text.slice(start, next).trimEnd().length;
    at = next;
    if (start >= end) continue;
    if (text[start] === '#') {
      comments.push({ span: { start, end }, text: text.slice(start, end) });
      continue;
    }
    const read = readInstruction(text, start, escapeMark, damage);
    if (read !== undefined) at = Math.max(next, read.next);
    if (read !== undefined && KEYWORDS.has(read.instruction.keyword)) raw.push(read.instruction);
    else if (damage.length < MAX_DAMAGE) damage.push({ span: { start, end }, message: 'the line is no instruction' });
  }
  return { raw, comments };
}

/** Counts stages and resolves what FROM says with the ARGs before it. */
function withStages(raw: readonly RawInstruction[]): { instructions: Instruction[]; stages: Stage[] } {
  const instructions: Instruction[] = [];
  const stages: Stage[] = [];
  const named = new Map<string, number>();
  let outer: Variables = new Map();
  for (const each of raw) {
    const index = each.keyword === 'FROM' ? stages.length : stages.length - 1;
    const instruction: Instruction = { ...each, stage: index };
    instructions.push(instruction);
    if (each.keyword !== 'FROM') {
      if (index === -1) outer = withInstruction(outer, instruction, new Map());
      continue;
    }
    const stage = stageOf(instruction, named, outer);
    stages.push(stage);
    if (stage.name !== undefined) named.set(stage.name, index);
  }
  return { instructions, stages };
}

function stageOf(instruction: Instruction, named: ReadonlyMap<string, number>, variables: Variables): Stage {
  const [image, as, name] = instruction.words;
  const { text, certainty } = expand(image?.text ?? '', variables);
  const [reference = '', digest] = text.split('@');
  const slash = reference.lastIndexOf('/');
  const colon = reference.indexOf(':', slash + 1);
  return {
    index: instruction.stage,
    name: as?.text.toLowerCase() === 'as' ? name?.text.toLowerCase() : undefined,
    image: colon === -1 ? reference : reference.slice(0, colon),
    tag: colon === -1 ? undefined : reference.slice(colon + 1),
    digest,
    span: image?.span ?? instruction.span,
    certainty,
    from: named.get(text.toLowerCase()),
    instruction,
  };
}

/** The variables before each instruction. */
const allVariables = fact((document: DockerfileDocument): ReadonlyMap<Instruction, Variables> => {
  const known = new Map<Instruction, Variables>();
  const ends: Variables[] = [];
  let outer: Variables = new Map();
  let variables: Variables = new Map();
  for (const each of document.instructions) {
    known.set(each, each.stage === -1 ? outer : variables);
    if (each.stage === -1) outer = withInstruction(outer, each, new Map());
    else if (each.keyword === 'FROM') {
      const { from } = document.stages[each.stage] ?? {};
      // ARGs end with their stage; ENVs go on in what builds on it.
      const before = from === undefined ? [] : [...(ends[from] ?? [])];
      variables = new Map(before.filter(([, { certainty }]) => certainty === 'literal'));
    } else variables = withInstruction(variables, each, outer);
    if (each.stage !== -1) ends[each.stage] = variables;
  }
  return known;
});

/** The ENV and ARG values that hold where an instruction stands; those of stages it builds on count. */
export function variablesAt(document: DockerfileDocument, instruction: Instruction): Variables {
  return allVariables(document).get(instruction) ?? new Map();
}

/** A text of an instruction with its variables put in. */
export function expanded(document: DockerfileDocument, instruction: Instruction, text: string): Expanded {
  return expand(text, variablesAt(document, instruction));
}
