import { z } from 'zod';
import type { Confidence, Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { askJson, sentence } from '../answer.ts';

const place = z.object({ line: z.number(), col: z.number() });
const answer = z.object({
  results: z.array(
    z.object({
      check_id: z.string(),
      path: z.string(),
      start: place,
      end: place,
      extra: z.object({
        message: z.string(),
        severity: z.string(),
        metadata: z
          .object({
            confidence: z.string().optional(),
            source: z.string().optional(),
            cwe: z.union([z.string(), z.array(z.string())]).optional(),
          })
          .loose()
          .optional(),
      }),
    }),
  ),
});

const SEVERITIES: Readonly<Record<string, Severity>> = {
  CRITICAL: 'high',
  ERROR: 'high',
  HIGH: 'high',
  WARNING: 'medium',
  MEDIUM: 'medium',
};
const CONFIDENCES: Readonly<Record<string, Confidence>> = { HIGH: 'high', MEDIUM: 'medium' };

interface Weakness {
  readonly concern: string;
  readonly sameAs: readonly string[];
}

/** Weaknesses by their CWE number, as rules name them. */
const WEAKNESSES: Readonly<Record<string, Weakness>> = {
  '78': { concern: 'injection', sameAs: ['sec-shell'] },
  '89': { concern: 'injection', sameAs: ['sql-string-built'] },
  '94': { concern: 'injection', sameAs: ['sec-eval-exec'] },
  '95': { concern: 'injection', sameAs: ['sec-eval-exec'] },
  '502': { concern: 'unsafe-model-artifacts', sameAs: ['sec-unsafe-unpickle', 'sec-torch-load', 'sec-yaml-unsafe'] },
  '798': { concern: 'secret-exposure', sameAs: ['sec-hardcoded-secret', 'credential-in-ml-config'] },
};

function weaknessOf(cwe: string | readonly string[] | undefined): Weakness {
  const first = typeof cwe === 'string' ? cwe : cwe?.[0];
  const number = /CWE-(\d{1,5})/.exec(first ?? '')?.[1] ?? '';
  return WEAKNESSES[number] ?? { concern: 'insecure-defaults', sameAs: [] };
}

/**
 * Semgrep with the rules of the operator: a file or folder on this machine, named by `ML_REVIEW_SEMGREP_RULES`. Nothing
 * is fetched and no rule of the change is used. Written from the documented JSON (semgrep 1.x); not proven against the program.
 */
export const semgrep: Adapter = {
  tool: 'semgrep',
  versions: { from: '1.0', below: '2' },
  reads: (path) => /\.(py|ya?ml|json|tf|sh|js|ts|go|java)$|(^|\/)Dockerfile/.test(path),
  async run({ folder, text }, paths) {
    const rules = process.env['ML_REVIEW_SEMGREP_RULES'] ?? '';
    if (!rules.startsWith('/'))
      return { kind: 'failed', why: 'has no rules: ML_REVIEW_SEMGREP_RULES names no absolute path' };
    const argv = [
      'semgrep',
      'scan',
      '--json',
      '--quiet',
      '--metrics=off',
      '--disable-version-check',
      '--disable-nosem',
      '--no-git-ignore',
      '--config',
      rules,
      ...paths,
    ] as const;
    const reading = await askJson([...argv] as [string, ...string[]], folder, answer, 1);
    if (!reading.ok) return reading.answer;
    const observations = reading.data.results.flatMap(
      ({ check_id, path: printed, start, end, extra }): readonly ToolObservation[] => {
        const path = ownPath(printed, paths);
        if (path === undefined) return [];
        const lines = text(path).split('\n');
        const silenced = [lines[start.line - 1], lines[start.line - 2]].some((line) =>
          /\bnosem(grep)?\b/i.test(line ?? ''),
        );
        return [
          {
            tool: 'semgrep',
            rule: check_id.slice(check_id.lastIndexOf('.') + 1),
            path,
            startLine: start.line,
            endLine: Math.max(start.line, end.line),
            startColumn: start.col,
            endColumn: end.col,
            message: sentence(extra.message),
            title: check_id.slice(check_id.lastIndexOf('.') + 1).replaceAll('-', ' '),
            severity: SEVERITIES[extra.severity.toUpperCase()] ?? 'low',
            confidence: CONFIDENCES[extra.metadata?.confidence?.toUpperCase() ?? ''] ?? 'low',
            persona: 'security-auditor',
            stage: 'deployment',
            docs: extra.metadata?.source ?? 'https://semgrep.dev/docs/',
            ...weaknessOf(extra.metadata?.cwe),
            ...(silenced ? { silencedBy: '# nosemgrep' } : {}),
          },
        ];
      },
    );
    return { kind: 'answered', observations };
  },
};
