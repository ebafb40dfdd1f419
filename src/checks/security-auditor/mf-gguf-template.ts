import { allParts } from '../../documents/model-file/model.ts';
import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { templateDangers } from '../../facts/model-files/jinja.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

/** A page, query or script that Jinja writes; no model renders it. */
const ANOTHER_LANGUAGE = /\.(html?|xml|md|txt|sql|ya?ml|json|py|sh|toml|cfg|tex|css|js)\.(jinja2?|j2)$/i;

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Chat template that reaches out of the template',
  why: `
    A chat template is a Jinja program inside the model, rendered on every request. Where the renderer is not sandboxed, an
    attribute such as \`__class__\` leads from any value to the interpreter: the model file runs code in the serving process.
  `,
  fix: 'Take the template from the original model, loop over messages only, and render with a sandboxed Jinja environment.',
  references: [
    'https://nvd.nist.gov/vuln/detail/CVE-2024-34359',
    'https://huggingface.co/docs/transformers/chat_templating_writing',
    'https://jinja.palletsprojects.com/en/stable/sandbox/',
  ],
  examples: [
    bad({ 'tokenizer_config.json': '«»{"chat_template": "{{ messages.__class__.__mro__ }}"}\n' }),
    bad({
      'chat_template.jinja': "«»{% for m in messages %}{{ (m|attr('x')) }}{% endfor %}\n",
      'a/tokenizer_config.json': '«»{"chat_template": [{"name": "default", "template": "{% import \'x\' as y %}"}]}\n',
    }),
    bad({ 'b/tokenizer_config.json': '«»{"chat_template": "{{ messages[\'__cla\' ~ \'ss__\'] }}"}\n' }),
    good({
      'tokenizer_config.json': `{"chat_template": "{% set ns = namespace(found=false) %}{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|im_start|>' + message.content.strip() }}{% else %}{{ raise_exception('no') }}{% endif %}{% endfor %}{{ strftime_now('%d') }}"}\n`,
    }),
    good({
      'chat_template.jinja': '{# uses __class__ in a comment #}text about __class__ {{ messages[0].content }}\n',
      'config.json': '{"note": "{{ x.__class__ }}"}\n',
      'report/page.html.jinja2': '<p>{{ row.__class__ }}</p>\n',
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = ANOTHER_LANGUAGE.test(document.path) ? undefined : modelFileOf(document);
    if (file === undefined) return;
    for (const part of allParts(file)) {
      for (const template of part.templates.slice(0, 20)) {
        const [first, ...more] = templateDangers(template.text);
        if (first === undefined) continue;
        const others = more.length > 0 ? ` (and ${more.length} more places)` : '';
        const message = `the template \`${printable(template.where)}\` of \`${printable(partName(document.path, part.path))}\` ${printable(first.what)}${others}`;
        yield { ...atFile(document.path, message), flagged: template.where };
      }
    }
  },
});
