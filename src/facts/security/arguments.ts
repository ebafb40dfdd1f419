import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { callsOfMethod } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { sameValue } from '../python/flow.ts';
import { reachingBindings } from '../python/reaching.ts';
import { typeOf } from '../python/types.ts';
import { callsInto } from '../training/rows.ts';
import { isSecretName } from './secrets.ts';

/** The option of the parser that made these arguments, or of one built elsewhere, that holds a credential: `--api-key`. */
export function secretOption(document: PythonDocument, parsed: PyNode): string | undefined {
  const parser = callsInto(document, parsed).find(({ method }) => /^parse_(known_)?args$/.test(method ?? ''))?.receiver;
  const isVariableOf = parser?.type === 'identifier' && reachingBindings(document, parser)[0]?.kind === 'assignment';
  for (const call of callsOfMethod(document, 'add_argument')) {
    const other = call.receiver?.type === 'identifier' && parser !== undefined && isVariableOf;
    if (other && call.receiver && !sameValue(document, call.receiver, parser) && isParser(document, call.receiver))
      continue;
    for (const flag of call.args) {
      const name = stringOf(document, flag);
      if (name !== undefined && isSecretName(name.replace(/^-+/, ''))) return name;
    }
  }
  return undefined;
}

/** A parser of its own, and no group of arguments of another. */
const isParser = (document: PythonDocument, node: PyNode): boolean =>
  typeOf(document, node) === 'argparse.ArgumentParser()';
