import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { run } from '../run.ts';

/** Only what changes the meaning of a file; how it is indented is nobody's business here. */
const RULES =
  '{extends: default, rules: {key-duplicates: enable, octal-values: {forbid-implicit-octal: true, forbid-explicit-octal: false}, braces: disable, brackets: disable, colons: disable, commas: disable, comments: disable, comments-indentation: disable, document-start: disable, document-end: disable, empty-lines: disable, hyphens: disable, indentation: disable, line-length: disable, new-line-at-end-of-file: disable, new-lines: disable, trailing-spaces: disable, truthy: disable, empty-values: disable}}';

const LINE = /^(.+?):(\d+):(\d+): \[(error|warning)\] (.*?)(?: \(([\w-]+)\))?$/;

export const yamllint: Adapter = {
  tool: 'yamllint',
  versions: { from: '1.20', below: '2', tested: '1.29.0' },
  reads: (path) => /\.ya?ml$/.test(path),
  async run({ folder, text }, paths) {
    const plain = paths.filter((path) => !/\{\{|\{%/.test(text(path)));
    if (plain.length === 0) return { kind: 'answered', observations: [] };
    const outcome = await run(['yamllint', '--format', 'parsable', '--config-data', RULES, ...plain], folder);
    if (outcome.kind !== 'ended')
      return { kind: 'failed', why: outcome.kind === 'missing' ? 'is not installed' : outcome.why };
    if (outcome.status > 2) return { kind: 'failed', why: `ended with status ${outcome.status}` };
    const observations = outcome.out.split('\n').flatMap((line): readonly ToolObservation[] => {
      const match = LINE.exec(line);
      const path = match?.[1] === undefined ? undefined : ownPath(match[1], plain);
      if (match === null || path === undefined) return [];
      const [, , at = '1', column = '1', , message = '', rule = 'syntax'] = match;
      return [
        {
          tool: 'yamllint',
          rule,
          path,
          startLine: Number(at),
          endLine: Number(at),
          startColumn: Number(column),
          endColumn: Number(column),
          message: message.replace(/\.$/, ''),
          title:
            rule === 'key-duplicates'
              ? 'A key stands twice, and the last one wins'
              : 'YAML that readers understand differently',
          severity: 'medium',
          confidence: 'high',
          persona: 'sre',
          concern: 'change-management-risk',
          stage: 'deployment',
          docs: 'https://yamllint.readthedocs.io/en/stable/rules.html',
          sameAs: [],
        },
      ];
    });
    return { kind: 'answered', observations };
  },
};
