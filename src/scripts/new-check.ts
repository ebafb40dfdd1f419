import { access, mkdir, writeFile } from 'node:fs/promises';
import { PERSONAS } from '../core/scale.ts';

const ADDRESS = /^([a-z]+(?:-[a-z]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/;

const template = (id: string): string => `import { at, bad, defineCheck, good } from '../../kit/index.ts';
import { callsTo } from '../../facts/python/calls.ts';

export default defineCheck({
  evaluates: 'an evaluate-for id of the persona',
  stage: 'training',
  severity: 'medium',
  confidence: 'medium',
  title: 'What is wrong, in a few words (${id})',
  why: 'What goes wrong in training or production.',
  fix: 'What to do instead.',
  references: ['https://'],
  mentions: ['library'],
  examples: [
    bad\`
      import library
      «library.call()»
    \`,
    good\`
      import library
      library.call(safe=True)
    \`,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of callsTo(document, 'library.call')) {
      if (call.keywords.has('safe')) continue;
      yield at(document, call.node, \`\\\`library.call\\\` is called without \\\`safe\\\`\`);
    }
  },
});
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const match = ADDRESS.exec(process.argv[2] ?? '');
const [persona, id] = [match?.[1] ?? '', match?.[2] ?? ''];
if (match === null || !(PERSONAS as readonly string[]).includes(persona)) {
  fail(`usage: npm run new-check PERSONA/ID, with PERSONA one of ${PERSONAS.join(', ')} and ID in kebab-case, naming the defect`);
}
const folder = new URL(`../../src/checks/${persona}/`, import.meta.url);
const file = new URL(`${id}.ts`, folder);
const exists = await access(file).then(() => true, () => false);
if (exists) fail(`src/checks/${persona}/${id}.ts exists already`);
await mkdir(folder, { recursive: true });
await writeFile(file, template(id));
process.stdout.write(`src/checks/${persona}/${id}.ts is written; fill it, then run npm run check\n`);
