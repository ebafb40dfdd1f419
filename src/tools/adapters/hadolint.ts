import { z } from 'zod';
import type { Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { askJson, sentence } from '../answer.ts';

const answer = z.array(
  z.object({
    file: z.string(),
    line: z.number(),
    column: z.number(),
    level: z.string(),
    code: z.string(),
    message: z.string(),
  }),
);

/** Versions of system packages, labels, maintainers, spacing: no risk for a served model. `info` and `style` are off as well. */
const OFF = [
  'DL3003',
  'DL3008',
  'DL3009',
  'DL3015',
  'DL3018',
  'DL3033',
  'DL3037',
  'DL3041',
  'DL3048',
  'DL3059',
  'DL4000',
];

/** A Dockerfile that cannot be read is a broken build; the rest are habits. */
const SEVERITIES: Readonly<Record<string, Severity>> = { error: 'medium', warning: 'low' };

const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  DL3006: ['serving-image-mutable-tag'],
  DL3007: ['serving-image-mutable-tag'],
  DL3013: ['unpinned-ml-dependency'],
};

/**
 * hadolint over changed Dockerfiles; comments of the author do not switch it off but are shown. Written from its own
 * JSON writer (2.x); not proven against the program.
 */
export const hadolint: Adapter = {
  tool: 'hadolint',
  versions: { from: '2.0', below: '3' },
  reads: (path) => /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]*)?$|\.[Dd]ockerfile$/.test(path),
  async run({ folder, text }, paths) {
    const off = OFF.flatMap((rule) => ['--ignore', rule]);
    const argv = ['hadolint', '--format', 'json', '--no-fail', '--disable-ignore-pragma', ...off, ...paths];
    const reading = await askJson(argv as [string, ...string[]], folder, answer, 0);
    if (!reading.ok) return reading.answer;
    const observations = reading.data.flatMap(
      ({ file, line, column, level, code, message }): readonly ToolObservation[] => {
        const path = ownPath(file, paths);
        const severity = SEVERITIES[level];
        if (path === undefined || severity === undefined) return [];
        const lines = text(path).split('\n');
        const silenced = lines
          .slice(Math.max(0, line - 3), line)
          .some((each) => /hadolint\s+ignore/.test(each) && each.includes(code));
        return [
          {
            tool: 'hadolint',
            rule: code,
            path,
            startLine: line,
            endLine: line,
            startColumn: column,
            endColumn: column,
            message: sentence(message),
            title:
              code === 'DL1000' ? 'The Dockerfile cannot be read' : 'Dockerfile builds another image than it seems to',
            severity,
            confidence: 'medium',
            persona: 'sre',
            concern: 'serving-reliability',
            stage: 'deployment',
            docs: code.startsWith('SC')
              ? `https://www.shellcheck.net/wiki/${code}`
              : `https://github.com/hadolint/hadolint/wiki/${code}`,
            sameAs: SAME_AS[code] ?? [],
            ...(silenced ? { silencedBy: '# hadolint ignore' } : {}),
          },
        ];
      },
    );
    return { kind: 'answered', observations };
  },
};
