import type { Instruction } from './instruction.ts';

/**
 * How sure the text of a value is: `literal` as written or set by ENV, `default` from an ARG that a build may override,
 * `open` where a variable is not known; the text then holds it as written.
 */
export type Certainty = 'literal' | 'default' | 'open';

export interface Expanded {
  readonly text: string;
  readonly certainty: Certainty;
}

export type Variables = ReadonlyMap<string, Expanded>;

const RANK: Readonly<Record<Certainty, number>> = { literal: 0, default: 1, open: 2 };
const LONGEST = 10_000;
/** Names that are followed; a file that sets more leaves the others open. */
const MAX_VARIABLES = 1_000;

const worse = (one: Certainty, other: Certainty): Certainty => (RANK[one] >= RANK[other] ? one : other);

/** `$X`, `${X}`, `${X:-word}`, `${X:+word}` and an escaped dollar. */
const VARIABLE = /\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\})/g;

/** Puts known variables into a text. What `:-` offers counts as a default. */
export function expand(text: string, variables: Variables): Expanded {
  let certainty: Certainty = 'literal';
  const out = text.replace(VARIABLE, (all, plain?: string, braced?: string, operator?: string, word?: string) => {
    const name = plain ?? braced;
    if (name === undefined) return '$';
    const known = variables.get(name);
    if (operator === '+') {
      certainty = worse(certainty, known === undefined ? 'open' : 'default');
      return known === undefined ? all : (word ?? '');
    }
    if (known !== undefined) {
      certainty = worse(certainty, known.certainty);
      return known.text;
    }
    certainty = worse(certainty, operator === '-' ? 'default' : 'open');
    return operator === '-' ? (word ?? '') : all;
  });
  // Variables that double each other must not fill the memory.
  if (out.length > LONGEST + text.length) return { text, certainty: 'open' };
  return { text: out, certainty: /\$\{/.test(out) ? 'open' : certainty };
}

/** `A=1 B="x y"` of ENV and ARG, and the old `ENV A x y`. */
function pairsOf({ keyword, words, args }: Instruction): readonly (readonly [string, string | undefined])[] {
  const [first] = words;
  if (keyword === 'ENV' && first !== undefined && !first.text.includes('=')) {
    return [[first.text, args.slice(first.text.length).trim()]];
  }
  return words.map(({ text }) => {
    const cut = text.indexOf('=');
    return cut === -1 ? ([text, undefined] as const) : ([text.slice(0, cut), text.slice(cut + 1)] as const);
  });
}

/** The variables after an instruction. `outer` are those of the ARGs before the first FROM, which `ARG X` lets in. */
export function withInstruction(variables: Variables, instruction: Instruction, outer: Variables): Variables {
  if (instruction.keyword !== 'ENV' && instruction.keyword !== 'ARG') return variables;
  const after = new Map(variables);
  for (const [name, written] of pairsOf(instruction)) {
    if (after.size >= MAX_VARIABLES && !after.has(name)) continue;
    if (instruction.keyword === 'ENV') {
      after.set(name, expand(written ?? '', variables));
    } else if (written !== undefined) {
      const { text, certainty } = expand(written, variables);
      after.set(name, { text, certainty: worse(certainty, 'default') });
    } else {
      const known = outer.get(name);
      if (known !== undefined) after.set(name, known);
    }
  }
  return after;
}
