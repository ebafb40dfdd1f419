import { templateDangers } from '../../../src/facts/model-files/jinja.ts';

const dangers = (text: string) => templateDangers(text).map(({ what }) => what);

test.each([
  ["{% for m in messages %}{{ m['role'] + ': ' + m.content|trim }}{% endfor %}"],
  ['{% set ns = namespace(found=false) %}{% set ns.found = true %}'],
  ["{{ raise_exception('Conversation roles must alternate') }}{{ strftime_now('%Y') }}"],
  ['plain __class__ text {# {{ x.__class__ }} #} more'],
  ["{{ '<|__start__|>' }}{{ tools | tojson(indent=4) }}"],
  ["{%- if messages[0]['role'] == 'system' -%}{%- set loop_messages = messages[1:] -%}{%- endif -%}"],
  ["{{ 'import os' }}{{ message.config }}"],
])('ordinary: %s', (text) => {
  expect(dangers(text)).toEqual([]);
});

test.each([
  ["{{ ''.__class__ }}", 'reaches __class__'],
  ["{{ x['__globals__'] }}", 'names __globals__ as a text'],
  ["{{ x|attr('a') }}", 'reaches attributes by name with |attr'],
  ['{{ x["\\x5f\\x5fbase\\x5f\\x5f"] }}', 'names __base__ as a text'],
  ["{{ x['__cl' + 'ass__'] }}", 'reaches an attribute by a name that it puts together'],
  ["{% include 'x' %}", 'loads another template with include'],
  ['{{ lipsum() }}', 'uses lipsum'],
  ["{{ os['system'] }}", 'uses os'],
  ["{%- from 'x' import y -%}", 'loads another template with from'],
])('dangerous: %s', (text, what) => {
  expect(dangers(text)[0]).toBe(what);
});

test('a template without an end is read to its end', () => {
  expect(dangers('{{ x.__class__')).toEqual(['reaches __class__']);
  expect(dangers(`{{ '${'\\'.repeat(10_001)}`)).toEqual([]);
});
