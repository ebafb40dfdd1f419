import { readdirSync, readFileSync } from 'node:fs';
import type { Persona, PersonaTool } from '../../src/core/persona.ts';
import { PERSONAS } from '../../src/core/scale.ts';
import { describeMistakes, parseCharter, parsePersona } from '../../src/personas/parse.ts';

const folder = new URL('../../personas/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const sre = read('sre.md');

function persona(id: string): Persona {
  const file = parsePersona(`personas/${id}.md`, read(`${id}.md`));
  if (file.kind === 'mistaken') throw new Error(describeMistakes(file));
  return file.value;
}

function mistakes(source: string, path: string): string {
  const file = parsePersona(path, source);
  return file.kind === 'mistaken' ? describeMistakes(file) : 'none';
}

const lineOf = (source: string, part: string) => source.slice(0, source.indexOf(part)).split('\n').length;

describe('the participants that come with the product', () => {
  test('there is a file for each, and no other beside the charter', () => {
    expect(readdirSync(folder).sort()).toEqual([...PERSONAS.map((id) => `${id}.md`), 'panel.md'].sort());
  });

  test.each(PERSONAS)('%s reads', (id) => {
    const value = persona(id);
    expect(value.id).toBe(id);
    expect(value.tools.some((tool) => tool.required)).toBe(true);
    expect(value.text).not.toBe('');
  });

  test('every concern that is judged statically has a title of its own', () => {
    for (const id of PERSONAS) {
      const titles = persona(id).evaluateFor.map((concern) => concern.title);
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  test('a tool named by several participants is described alike by all', () => {
    const seen = new Map<string, string>();
    const how = ({ class: kind, check, install, verify, neverRunBecause }: PersonaTool) =>
      JSON.stringify({ kind, check, install, verify, neverRunBecause });
    for (const tool of PERSONAS.flatMap((id) => persona(id).tools)) {
      expect(seen.get(tool.name) ?? how(tool)).toBe(how(tool));
      seen.set(tool.name, how(tool));
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  test('the charter seats exactly them', () => {
    const file = parseCharter('personas/panel.md', read('panel.md'));
    if (file.kind === 'mistaken') throw new Error(describeMistakes(file));
    expect(file.value.participants).toEqual([...PERSONAS]);
    expect(file.value.process[0]?.step).toBe('bootstrap');
  });
});

describe('a mistake in the file is named with its place', () => {
  const path = 'personas/sre.md';

  test('a misspelt key at the top', () => {
    const source = sre.replace('evaluate-for:', 'evalute-for:');
    expect(mistakes(source, path)).toContain(`${path}:${lineOf(source, 'evalute-for')}:1: unknown key \`evalute-for\``);
    expect(mistakes(source, path)).toContain('`evaluate-for` is missing');
  });

  test('a misspelt key of a tool', () => {
    const source = sre.replace('      purpose: Measure latency', '      porpoise: Measure latency');
    expect(mistakes(source, path)).toContain(
      `${path}:${lineOf(source, 'porpoise')}:7: unknown key \`porpoise\` in \`tools.supplementary[3]\``,
    );
  });

  test.each([
    ['an unknown class', 'class: runs', 'class: sometimes', 'tools.required[0].class'],
    [
      'a tool that serves nothing known',
      'serves: [slos-and-slis, incident-readiness]',
      'serves: [uptime]',
      'uptime is no evaluate-for id',
    ],
    [
      'a command for a shell',
      'check: promtool --version',
      'check: promtool --version; rm x',
      'is not a plain command of words',
    ],
    [
      'a reason without the class',
      'class: never-run-here\n      purpose: Compare',
      'class: runs\n      purpose: Compare',
      'never-run-because',
    ],
    ['an id that stands twice', '{ id: scaling,', '{ id: rollback,', 'stands twice'],
    ['an id that is not kebab-case', '{ id: scaling,', '{ id: Scaling,', 'is not kebab-case'],
    ['a file of another name', 'id: sre', 'id: ops', 'must be called ops.md'],
    ['broken YAML', 'principles:', 'principles: [', ':'],
    ['an alias', 'role: Makes', 'role: &r Makes', 'none'],
  ])('%s', (_, from, to, said) => {
    expect(sre).toContain(from);
    expect(mistakes(sre.replace(from, to), path)).toContain(said);
  });

  test('aliases, which could blow the file up, are refused', () => {
    const source = sre.replace('id: sre', 'id: &me sre').replace('title: SRE', 'title: *me');
    expect(mistakes(source, path)).toContain('aliases');
  });

  test.each(['', 'no front matter', '---\nid: x\n', '---js\nprocess.exit()\n---\n'])(
    'no front matter: %j',
    (source) => {
      expect(mistakes(source, path)).toBe(
        `${path}:1:1: the file does not start with front matter between two \`---\` lines`,
      );
    },
  );

  test('Windows line ends read the same', () => {
    expect(mistakes(sre.replaceAll('\n', '\r\n'), path)).toBe('none');
  });
});
