import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { environmentOf } from '../facts/paths.ts';
import { readChange } from '../git/change.ts';
import { openRepository } from '../git/repository.ts';
import { deliver } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { CONFIGURATION_PATH } from './settings.ts';

/** Folders of production configuration, as the repository names them; at most five. */
function productionGlobs(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    const index = parts.findIndex((part) => environmentOf(part) === 'production');
    if (index !== -1) folders.add(`${parts.slice(0, index + 1).join('/')}/**`);
  }
  return [...folders].sort().slice(0, 5);
}

function vendoredGlobs(paths: readonly string[]): readonly string[] {
  const names = ['third_party', 'vendor', 'vendored', 'external'];
  return names.filter((name) => paths.some((path) => path.startsWith(`${name}/`))).map((name) => `${name}/**`);
}

const list = (globs: readonly string[]): string => `[${globs.map((glob) => JSON.stringify(glob)).join(', ')}]`;

function fileFor(paths: readonly string[]): string {
  const production = productionGlobs(paths);
  const ignored = vendoredGlobs(paths);
  const owners = paths.find((path) => /(^|\/)CODEOWNERS$/.test(path));
  return `version: 1
# Everything below is optional and shows what holds without this file.
label: ml-review

gate:
  fail-on: high          # critical | high | medium | low | never
  require-label: false   # true: an unlabelled pull request is not mergeable
  on-error: fail         # fail | neutral, when the review itself breaks

review:
  comment-on: medium     # milder findings are listed in the check only
  max-comments: 20
  drafts: check-only     # check-only | full | skip
  fixed: edit            # edit | delete: the comment of a fixed finding says so, or goes when nobody answered

paths:
  # ${production.length > 0 ? 'found in this repository' : 'no folder of this repository names production'}
  production: ${list(production)}
  ignore: ${list(ignored)}

# What the panel cannot see from here:
# declare:
#   monitoring: external   # or the path of what describes it
#   slo: docs/slo.md
#   serving-owner: "@your-org/your-team"${owners === undefined ? '' : `   # see ${owners}`}

# checks:
#   some-check-id: off
#   another-check-id: { mode: block }

# waivers:
#   - { check: some-check-id, path: "some/path/**", reason: why, owner: "@who", expires: 2027-12-31 }
`;
}

/** `ml-review init`: writes a commented configuration from what the repository holds; never overwrites. */
export async function init(options: { readonly repo: string }): Promise<number> {
  const target = join(options.repo, CONFIGURATION_PATH);
  const there = await access(target).then(
    () => true,
    () => false,
  );
  if (there) throw new ConfigurationError(`${CONFIGURATION_PATH} exists already; \`ml-review config\` validates it`);
  const { snapshot } = await readChange(await openRepository(options.repo), { all: true });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, fileFor([...snapshot.head.tree.keys()]));
  await deliver(`${CONFIGURATION_PATH} is written`, undefined);
  return EXIT.open;
}
