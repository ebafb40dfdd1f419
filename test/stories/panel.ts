import type { CheckId } from '../../src/core/finding.ts';
import type { Persona } from '../../src/core/persona.ts';
import { at, bad, changed, defineCheck, good, type Listed } from '../../src/kit/index.ts';
import type { Panel } from '../../src/panel/review.ts';
import { voidAllow } from '../../src/panel/void-allow.ts';

/**
 * Checks that see what a story writes into a file: `flaw("high", "name")` may block (as do `flaw1` to `flaw8`, checks of
 * their own), `smell("name")` may only comment, `legacy("name")` is wrong once the file says `strict`, and `guard()`
 * must not go away.
 * What stands from `begin()` to `end()` is one finding of many lines.
 * `flaw("high", "name", "better")` comes with a suggestion. Everything else is the real engine.
 */
const FLAW = /\bflaw(\d?)\("(critical|high|medium|low)", "([\w ]+)"(?:, "([\w ]+)")?\)/g;
const LEGACY = /legacy\("([\w ]+)"\)/g;
const SMELL = /smell\("([\w ]+)"\)/g;

const common = {
  evaluates: 'training-pipeline',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  why: 'Because a story needs it.',
  references: [],
  reads: 'python',
} as const;

const flaw = (number: string) =>
  defineCheck({
    ...common,
    mode: 'block',
    title: `A planted flaw ${number}`.trim(),
    fix: 'Take the flaw out.',
    grades: {
      critical: { severity: 'critical', when: 'it says critical' },
      high: { severity: 'high', when: 'it says high' },
      medium: { severity: 'medium', when: 'it says medium' },
      low: { severity: 'low', when: 'it says low' },
    },
    examples: [bad`«flaw("high", "a")»`, good`x = 1`],
    *inspect(document) {
      for (const match of document.text.matchAll(FLAW)) {
        const [whole, own = '', grade = '', name = '', better] = match;
        if (own !== number) continue;
        const span = { start: match.index, end: match.index + whole.length };
        yield at(document, span, `\`${name}\` is flawed`, {
          grade,
          ...(better === undefined ? {} : { replacement: better }),
        });
      }
    },
  });

const legacy = defineCheck({
  ...common,
  title: 'A legacy call in strict code',
  fix: 'Modernise the call.',
  examples: [bad`«legacy("a")»`, good`x = 1`],
  *inspect(document) {
    if (!document.text.includes('strict')) return;
    for (const match of document.text.matchAll(LEGACY)) {
      yield at(document, { start: match.index, end: match.index + match[0].length }, `\`${match[1]}\` is legacy`);
    }
  },
});

const { reads: _reads, ...anywhere } = common;

const guardRemoved = defineCheck({
  ...anywhere,
  title: 'A guard that is gone',
  fix: 'Put the guard back.',
  compares: 'python',
  examples: [bad({ 'src/a.py': changed('«guard()»', 'x = 1') }), good({ 'src/a.py': changed('guard()', 'guard()') })],
  *inspect({ base, head }) {
    if (head?.text.includes('guard()') === true) return;
    const start = base.text.indexOf('guard()');
    if (start >= 0) yield at(base, { start, end: start + 7 }, 'the guard is gone', { side: 'base' });
  },
});

const smell = defineCheck({
  ...common,
  title: 'A planted smell',
  fix: 'Take the smell out.',
  examples: [bad`«smell("a")»`, good`x = 1`],
  *inspect(document) {
    for (const match of document.text.matchAll(SMELL)) {
      yield at(document, { start: match.index, end: match.index + match[0].length }, `\`${match[1]}\` smells`);
    }
  },
});

const slab = defineCheck({
  ...common,
  title: 'A slab of code',
  fix: 'Break it up.',
  examples: [bad`«begin()\nend()»`, good`x = 1`],
  *inspect(document) {
    const start = document.text.indexOf('begin()');
    const end = document.text.indexOf('end()', start);
    if (start >= 0 && end >= 0) yield at(document, { start, end: end + 5 }, 'this is a slab');
  },
});

const listed = (id: string, check: Listed['check']): Listed => ({ id: id as CheckId, persona: 'ml-engineer', check });

export function storyPanel(personas: readonly Persona[]): Panel {
  const numbered = ['1', '2', '3', '4', '5', '6', '7', '8'].map((number) => listed(`flaw-${number}`, flaw(number)));
  const checks = [
    listed('flaw', flaw('')),
    ...numbered,
    listed('smell', smell),
    listed('slab', slab),
    listed('legacy', legacy),
    listed('guard-removed', guardRemoved),
  ];
  return { personas, checks: [...checks, voidAllow(checks.map(({ id }) => id))], conflicts: [] };
}
