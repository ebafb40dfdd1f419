import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { loadChecks } from '../catalog.ts';
import { configurationJsonSchema } from '../config/schema.ts';
import { indexOf, pageOf } from '../docs/page.ts';
import { renderReportSchema } from '../report/schema.ts';

const DOCS = new URL('../../docs/', import.meta.url);

async function write(path: string, text: string): Promise<void> {
  const target = new URL(path, DOCS);
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, text);
}

/** Pages of checks that are gone must go as well. */
async function sweep(kept: ReadonlySet<string>): Promise<void> {
  const folder = new URL('checks/', DOCS);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    if (name.endsWith('.md') && !kept.has(`checks/${name}`)) await rm(new URL(`checks/${name}`, DOCS));
  }
}

const checks = await loadChecks();
const pages = new Map(checks.map((listed) => [`checks/${listed.persona}/${listed.id}.md`, pageOf(listed)]));
pages.set('checks/README.md', indexOf(checks));
pages.set('report.schema.json', renderReportSchema());
pages.set('ml-review.schema.json', `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
for (const [path, text] of pages) await write(path, text);
await sweep(new Set(pages.keys()));
