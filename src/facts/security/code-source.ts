import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { callAt } from '../python/calls.ts';
import { originsOf } from '../python/flow.ts';
import { sourceOf } from '../serving/requests.ts';
import { asksLanguageModel } from './language-models.ts';

const FILES = /^(builtins\.open|io\.open|pathlib\.Path\(\)\.read_text|importlib\..*|inspect\..*)$/;

/**
 * Where text that is run as code comes from: `outside` for a request or the answer of a language model, `own` for a file that the
 * code names itself, `code` for everything else that is put together while it runs.
 */
export function codeSource(document: PythonDocument, value: PyNode): 'outside' | 'code' | 'own' {
  const asked = [...originsOf(document, value)].some((origin) => {
    const call = origin.type === 'call' ? callAt(document, origin) : undefined;
    return call !== undefined && asksLanguageModel(document, call);
  });
  const source = sourceOf(document, value);
  if (asked || source === 'network') return 'outside';
  if (source === 'argument') return 'code';
  const files = [...originsOf(document, value)].some(
    (origin) => origin.type === 'call' && callAt(document, origin)?.names.some((name) => FILES.test(name)),
  );
  return files ? 'own' : 'code';
}
