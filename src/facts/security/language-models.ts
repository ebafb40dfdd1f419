import { bare, child, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import type { Call } from '../python/calls.ts';
import { qualifiedName } from '../python/names.ts';
import { typeOf } from '../python/types.ts';

const LIBRARY =
  /^(openai|anthropic|litellm|cohere|ollama|groq|mistralai|google\.generativeai|google\.genai|vertexai|langchain\w*|llama_index|vllm)(\.|$)/;
const ANSWERS = new Set(
  'create completion acompletion invoke ainvoke predict run arun generate generate_content chat complete'.split(' '),
);

/** What stands before all dots: `llm` of `llm.chat.completions`. */
function rootOf(node: PyNode): PyNode {
  let at = bare(node);
  for (let object = child(at, 'object'); at.type === 'attribute' && object !== undefined; object = child(at, 'object'))
    at = bare(object);
  return at;
}

/** True for a call whose result is text that a language model wrote. */
export function asksLanguageModel(document: PythonDocument, call: Call): boolean {
  if (call.method === undefined ? !/\.(completion|acompletion)$/.test(call.name ?? '') : !ANSWERS.has(call.method))
    return false;
  if (call.names.some((name) => LIBRARY.test(name))) return true;
  if (call.receiver === undefined) return false;
  const root = rootOf(call.receiver);
  return LIBRARY.test(typeOf(document, root) ?? qualifiedName(document, root) ?? '');
}
