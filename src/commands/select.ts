import picomatch from 'picomatch';
import type { Engine } from '../engine.ts';
import type { Listed } from '../kit/index.ts';
import { ConfigurationError } from './errors.ts';

const list = (text: readonly string[] | undefined): readonly string[] =>
  (text ?? [])
    .flatMap((each) => each.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** A check id, a persona, or a glob of either. */
function speaksOf(pattern: string): (listed: Listed) => boolean {
  const matches = picomatch(pattern);
  return ({ id, persona }) => matches(id) || matches(persona) || matches(`${persona}/${id}`);
}

/** Turns `--only` and `--skip` into a choice; a pattern that fits no check is a mistake, not an empty review. */
export function selection(
  engine: Engine,
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
): (listed: Listed) => boolean {
  const chosen = list(only).map((pattern) => [pattern, speaksOf(pattern)] as const);
  const left = list(skip).map((pattern) => [pattern, speaksOf(pattern)] as const);
  for (const [pattern, fits] of [...chosen, ...left]) {
    if (!engine.panel.checks.some(fits)) {
      throw new ConfigurationError(`no check or participant is called ${pattern}; \`ml-review checks\` lists them`);
    }
  }
  return (listed) =>
    (chosen.length === 0 || chosen.some(([, fits]) => fits(listed))) && !left.some(([, fits]) => fits(listed));
}
