import { loadPython } from '../../../src/documents/python/parse.ts';
import { calls, callsTo } from '../../../src/facts/python/calls.ts';
import { codeSource } from '../../../src/facts/security/code-source.ts';
import { asksLanguageModel } from '../../../src/facts/security/language-models.ts';
import { isSecretName } from '../../../src/facts/security/secrets.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

test.each([
  ['import requests\neval(requests.get("http://x").text)\n', 'outside'],
  [
    'from openai import OpenAI\nllm = OpenAI()\nanswer = llm.chat.completions.create(model="m")\neval(answer.choices[0].message.content)\n',
    'outside',
  ],
  ['def f(text):\n    eval(text)\n', 'code'],
  ['eval(open("version.py").read())\n', 'own'],
])('%j comes from %s', (source, expected) => {
  const document = read(source);
  const [code] = callsTo(document, 'builtins.eval')[0]?.args ?? [];
  expect(code && codeSource(document, code)).toBe(expected);
});

test('a language model is asked by library and method', () => {
  const document = read(
    'import litellm\nfrom openai import OpenAI\nc = OpenAI()\nc.chat.completions.create()\nlitellm.completion()\nc.models.list()\ntable.create()\n',
  );
  expect(calls(document).filter((call) => asksLanguageModel(document, call)).length).toBe(2);
});

test.each([
  ['api_key', true],
  ['DB_PASSWORD', true],
  ['hf_token', true],
  ['max_tokens', false],
  ['tokenizer', false],
  ['api_key_name', false],
  ['learning_rate', false],
])('%s names a secret: %s', (name, expected) => {
  expect(isSecretName(name)).toBe(expected);
});
