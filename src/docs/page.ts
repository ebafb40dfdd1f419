import { type Example, type ExampleFile, kindsOf, type Listed } from '../kit/index.ts';

const FENCE: Readonly<Record<string, string>> = {
  hcl: 'hcl',
  dockerfile: 'dockerfile',
  notebook: 'json',
  requirements: 'text',
  text: 'text',
};

const unmarked = (text: string): string => text.replace(/[«»]/g, '');

/** A fence longer than any run of backticks inside. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${unmarked(text).trimEnd()}\n${fence}`;
}

function languageOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const known: Readonly<Record<string, string>> = {
    py: 'python',
    yml: 'yaml',
    yaml: 'yaml',
    json: 'json',
    toml: 'toml',
    sql: 'sql',
    tf: 'hcl',
    ipynb: 'json',
    md: 'markdown',
  };
  return known[extension] ?? 'text';
}

function fileBlock(path: string, file: ExampleFile): string {
  const language = languageOf(path);
  if (typeof file === 'string') return `\`${path}\`\n\n${fenced(language, file)}`;
  if ('base64' in file) return `\`${path}\` (a binary file)`;
  const before =
    file.before === null ? `\`${path}\` is new:` : `\`${path}\` before:\n\n${fenced(language, file.before)}`;
  const after = file.after === null ? 'and is deleted' : `after:\n\n${fenced(language, file.after)}`;
  return `${before}\n\n${after}`;
}

function exampleBlock(example: Example, listed: Listed): string {
  if (example.files !== undefined) {
    return Object.entries(example.files)
      .map(([path, file]) => fileBlock(path, file))
      .join('\n\n');
  }
  const kind = kindsOf(listed.check)[0] ?? 'python';
  return fenced(FENCE[kind] ?? kind, example.text ?? '');
}

function section(title: string, examples: readonly Example[], listed: Listed): string {
  return `## ${title}\n\n${examples.map((example) => exampleBlock(example, listed)).join('\n\n')}`;
}

function gradesTable(listed: Listed): string {
  const grades = Object.values(listed.check.grades ?? {});
  if (grades.length === 0) return '';
  const rows = grades.map(({ severity, when }) => `| ${severity} | ${when} |`);
  return `\n\n| severity | when |\n| --- | --- |\n${rows.join('\n')}\n| ${listed.check.severity} | otherwise |`;
}

/** The page of a check under `docs/checks/<persona>/<id>.md`; written by `npm run generate`, never by hand. */
export function pageOf(listed: Listed): string {
  const { check, id, persona } = listed;
  const { examples } = check;
  const parts = [
    `# ${id}`,
    `${check.title}.`,
    `| participant | evaluates | stage | severity | confidence | mode |\n| --- | --- | --- | --- | --- | --- |\n| ${persona} | ${check.evaluates} | ${check.stage} | ${check.severity} | ${check.confidence} | ${check.mode ?? 'comment'} |${gradesTable(listed)}`,
    `## Why\n\n${check.why.trim()}`,
    `## Fix\n\n${check.fix.trim()}`,
    section(
      'Flagged',
      examples.filter((example) => example.verdict === 'bad'),
      listed,
    ),
    section(
      'Not flagged',
      examples.filter((example) => example.verdict === 'good'),
      listed,
    ),
    `## Allow it\n\nOn the line or the line above, with a reason: \`# ml-review: allow[${id}] reason\``,
    `## Sources\n\n${check.references.map((url) => `- <${url}>`).join('\n')}`,
  ];
  return `<!-- written by npm run generate -->\n\n${parts.join('\n\n')}\n`;
}

/** The table of all checks, `docs/checks/README.md`. */
export function indexOf(checks: readonly Listed[]): string {
  const personas = [...new Set(checks.map((listed) => listed.persona))];
  const tables = personas.map((persona) => {
    const rows = checks
      .filter((listed) => listed.persona === persona)
      .map(
        ({ id, check }) =>
          `| [${id}](${persona}/${id}.md) | ${check.severity} | ${check.stage} | ${check.mode ?? 'comment'} | ${check.title} |`,
      );
    return `## ${persona}\n\n| check | severity | stage | mode | title |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `<!-- written by npm run generate -->\n\n# The ${checks.length} checks\n\n${tables.join('\n\n')}\n`;
}
