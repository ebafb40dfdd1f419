import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { PERSONAS } from '../core/scale.ts';

const ADDRESS = /^([a-z]+(?:-[a-z]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const match = ADDRESS.exec(process.argv[2] ?? '');
const [persona, id] = [match?.[1] ?? '', match?.[2] ?? ''];
if (match === null || !(PERSONAS as readonly string[]).includes(persona)) {
  fail(
    `usage: npm run new-check PERSONA/ID, with PERSONA one of ${PERSONAS.join(', ')} and ID in kebab-case, naming the defect`,
  );
}
const folder = new URL(`../../src/checks/${persona}/`, import.meta.url);
const file = new URL(`${id}.ts`, folder);
const exists = await access(file).then(
  () => true,
  () => false,
);
if (exists) fail(`src/checks/${persona}/${id}.ts exists already`);
await mkdir(folder, { recursive: true });
const template = await readFile(new URL('../../src/scripts/check.template', import.meta.url), 'utf8');
await writeFile(file, template.replaceAll('ID', id));
process.stdout.write(`src/checks/${persona}/${id}.ts is written; fill it, then run npm run check\n`);
