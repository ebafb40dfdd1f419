import { z } from 'zod';
import {
  type Charter,
  type Concern,
  type Persona,
  type PersonaFile,
  type PersonaTool,
  TOOL_CLASSES,
  type ToolProbe,
} from '../core/persona.ts';
import { mistaken, readFrontMatter } from './front-matter.ts';

const id = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'is not kebab-case');
const line = z.string().trim().min(1, 'is empty');
/** Words apart by single blanks; what a shell would give a meaning is refused, because no shell reads it. */
const command = z.string().regex(/^[\w./@=-]+( [\w./@=-]+)*$/, 'is not a plain command of words');

const concern = z.strictObject({ id, title: line, 'not-statically': line.optional() });

const tool = z.strictObject({
  name: line,
  class: z.enum(TOOL_CLASSES),
  purpose: line,
  'never-run-because': line.optional(),
  'one-of': id.optional(),
  check: command.optional(),
  install: z.strictObject({
    apt: line.optional(),
    pip: line.optional(),
    npm: line.optional(),
    bundled: line.optional(),
  }),
  verify: command.optional(),
  serves: z.array(id).min(1, 'names no evaluate-for id'),
  'stand-ins': z.array(id),
});

const personaMatter = z
  .strictObject({
    id,
    title: line,
    role: line,
    'evaluate-for': z.array(concern).min(1, 'is empty'),
    tools: z.strictObject({ required: z.array(tool), supplementary: z.array(tool) }),
    principles: z.array(line).min(1, 'is empty'),
  })
  .superRefine((matter, context) => {
    const known = new Set(matter['evaluate-for'].map((each) => each.id));
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const index of repeated(matter['evaluate-for'].map((each) => each.id))) {
      complain(['evaluate-for', index, 'id'], 'stands twice');
    }
    for (const part of ['required', 'supplementary'] as const) {
      matter.tools[part].forEach((each, index) => {
        for (const [key, message] of toolMistakes(each, known)) complain(['tools', part, index, ...key], message);
      });
    }
  });

const charterMatter = z.strictObject({
  participants: z.array(id).min(1, 'is empty'),
  process: z.array(z.strictObject({ step: id, does: line })).min(1, 'is empty'),
});

/** Reads a participant's file. `path` is for the mistakes; its last part must be the participant's id and `.md`. */
export function parsePersona(path: string, source: string): PersonaFile<Persona> {
  const file = readFrontMatter(path, source, personaMatter);
  if (file.kind === 'mistaken') return file;
  const { matter, text } = file.value;
  if (path.split('/').at(-1) !== `${matter.id}.md`) {
    return mistaken([
      { path, line: 2, column: 1, message: `\`id\` is ${matter.id}, so the file must be called ${matter.id}.md` },
    ]);
  }
  return {
    kind: 'read',
    value: {
      id: matter.id,
      title: matter.title,
      role: matter.role,
      evaluateFor: matter['evaluate-for'].map(concernOf),
      tools: [
        ...matter.tools.required.map((each) => toolOf(each, true)),
        ...matter.tools.supplementary.map((each) => toolOf(each, false)),
      ],
      principles: matter.principles,
      text,
    },
  };
}

/** Reads `panel.md`. */
export function parseCharter(path: string, source: string): PersonaFile<Charter> {
  const file = readFrontMatter(path, source, charterMatter);
  return file.kind === 'mistaken' ? file : { kind: 'read', value: { ...file.value.matter, text: file.value.text } };
}

/** `path:line:column: message`, one a line. */
export function describeMistakes(file: Extract<PersonaFile<unknown>, { kind: 'mistaken' }>): string {
  return file.mistakes.map((each) => `${each.path}:${each.line}:${each.column}: ${each.message}`).join('\n');
}

function* toolMistakes(
  each: z.infer<typeof tool>,
  known: ReadonlySet<string>,
): Iterable<[(string | number)[], string]> {
  for (const [index, served] of each.serves.entries()) {
    if (!known.has(served)) yield [['serves', index], `${served} is no evaluate-for id of this participant`];
  }
  if ((each.class === 'never-run-here') !== (each['never-run-because'] !== undefined)) {
    yield [['class'], 'a tool has `never-run-because` exactly when its class is never-run-here'];
  }
  const bundled = each.install.bundled !== undefined;
  for (const key of ['check', 'verify'] as const) {
    const probe = each[key];
    if ((probe === undefined) !== bundled) yield [[key], 'stands exactly where the tool is not bundled'];
    if (probe !== undefined && probe.startsWith('GET ') !== (each.class === 'read-only-service')) {
      yield [[key], 'is a GET request exactly for a read-only-service'];
    }
  }
}

function repeated(ids: readonly string[]): readonly number[] {
  return ids.flatMap((each, index) => (ids.indexOf(each) < index ? [index] : []));
}

function concernOf(each: z.infer<typeof concern>): Concern {
  const why = each['not-statically'];
  return { id: each.id, title: each.title, ...(why === undefined ? {} : { notStatically: why }) };
}

function toolOf(each: z.infer<typeof tool>, required: boolean): PersonaTool {
  const { apt, pip, npm, bundled } = each.install;
  return {
    name: each.name,
    class: each.class,
    required,
    purpose: each.purpose,
    ...(each['never-run-because'] === undefined ? {} : { neverRunBecause: each['never-run-because'] }),
    ...(each['one-of'] === undefined ? {} : { oneOf: each['one-of'] }),
    ...(each.check === undefined ? {} : { check: probeOf(each.check) }),
    install: {
      ...(apt === undefined ? {} : { apt }),
      ...(pip === undefined ? {} : { pip }),
      ...(npm === undefined ? {} : { npm }),
      ...(bundled === undefined ? {} : { bundled }),
    },
    ...(each.verify === undefined ? {} : { verify: probeOf(each.verify) }),
    serves: each.serves,
    standIns: each['stand-ins'],
  };
}

function probeOf(text: string): ToolProbe {
  const [program, ...rest] = text.split(' ');
  if (program === undefined) throw new Error('an empty command passed the schema');
  return program === 'GET' ? { kind: 'request', path: rest.join(' ') } : { kind: 'program', argv: [program, ...rest] };
}
