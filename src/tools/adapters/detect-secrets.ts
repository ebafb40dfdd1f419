import { z } from 'zod';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { askJson } from '../answer.ts';

const answer = z.object({
  results: z.record(z.string(), z.array(z.object({ type: z.string(), line_number: z.number() }))),
});

/** Entropy alone flags every hash of DVC, git and notebooks, and keywords are judged by a check of ours that knows placeholders. */
const OFF = ['Base64HighEntropyString', 'HexHighEntropyString', 'KeywordDetector'];

/** The author's own marks are not obeyed but shown. */
const PRAGMA = 'detect_secrets.filters.allowlist.is_line_allowlisted';

/**
 * detect-secrets without verification, so that no found key is sent anywhere, and without a baseline of the change.
 * Written from the documented JSON (1.x); not proven against the program.
 */
export const detectSecrets: Adapter = {
  tool: 'detect-secrets',
  versions: { from: '1.0', below: '2' },
  reads: (path) =>
    /\.(py|ipynb|ya?ml|json|toml|ini|cfg|env|properties|tf|tfvars|sh|sql|md|txt)$|(^|\/)(\.env|Dockerfile)/.test(path),
  async run({ folder, text }, paths) {
    const off = OFF.flatMap((plugin) => ['--disable-plugin', plugin]);
    const argv = ['detect-secrets', 'scan', '--all-files', '--no-verify', '--disable-filter', PRAGMA, ...off, ...paths];
    const reading = await askJson(argv as [string, ...string[]], folder, answer, 0);
    if (!reading.ok) return reading.answer;
    const observations = Object.entries(reading.data.results).flatMap(
      ([printed, found]): readonly ToolObservation[] => {
        const path = ownPath(printed, paths);
        if (path === undefined) return [];
        const lines = text(path).split('\n');
        return found.map(({ type, line_number: line }) => {
          const near = `${lines[line - 2] ?? ''}\n${lines[line - 1] ?? ''}`;
          return {
            tool: 'detect-secrets',
            rule: type
              .toLowerCase()
              .replace(/[^a-z\d]+/g, '-')
              .slice(0, 60),
            path,
            startLine: line,
            endLine: line,
            startColumn: 1,
            endColumn: 1,
            message: `the line looks like a secret: ${type}`,
            title: 'Secret in a file',
            severity: 'high',
            confidence: 'medium',
            persona: 'security-auditor',
            concern: 'secret-exposure',
            stage: 'deployment',
            docs: 'https://github.com/Yelp/detect-secrets',
            sameAs: ['sec-hardcoded-secret', 'credential-in-ml-config', 'nb-secret-in-output'],
            ...(/pragma:\s*(allowlist|whitelist)/i.test(near) ? { silencedBy: '# pragma: allowlist secret' } : {}),
          };
        });
      },
    );
    return { kind: 'answered', observations };
  },
};
