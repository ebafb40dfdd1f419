import { z } from 'zod';
import type { RepoPath } from '../../core/location.ts';
import type { Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { askJson, sentence } from '../answer.ts';

const misconfiguration = z.object({
  ID: z.string(),
  Title: z.string().optional(),
  Message: z.string().optional(),
  Severity: z.string(),
  Status: z.string().optional(),
  PrimaryURL: z.string().optional(),
  CauseMetadata: z.object({ StartLine: z.number().optional(), EndLine: z.number().optional() }).optional(),
});
const secret = z.object({
  RuleID: z.string(),
  Severity: z.string(),
  Title: z.string().optional(),
  StartLine: z.number(),
  EndLine: z.number().optional(),
});
const answer = z.object({
  Results: z
    .array(
      z.object({
        Target: z.string(),
        Misconfigurations: z.array(misconfiguration).nullish(),
        Secrets: z.array(secret).nullish(),
      }),
    )
    .nullish(),
});

/** Only these two levels are asked for. Trivy rates a setting, not what is behind it, so that its critical is a high of ours. */
const SEVERITIES: Readonly<Record<string, Severity>> = { CRITICAL: 'high', HIGH: 'high' };

/** Checks of the panel that say the same. */
const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  DS001: ['serving-image-mutable-tag'],
  'DS-0001': ['serving-image-mutable-tag'],
  KSV013: ['serving-image-mutable-tag'],
  'KSV-0013': ['serving-image-mutable-tag'],
};

type Place = Pick<ToolObservation, 'path' | 'startLine' | 'endLine' | 'startColumn' | 'endColumn'>;

const placeAt = (path: RepoPath, start: number | undefined, end: number | undefined): Place => {
  const startLine = Math.max(1, start ?? 1);
  return { path, startLine, endLine: Math.max(startLine, end ?? startLine), startColumn: 1, endColumn: 1 };
};

const COMMON = { tool: 'trivy', persona: 'security-auditor', stage: 'deployment' } as const;

const ofSetting = (path: RepoPath, each: z.infer<typeof misconfiguration>): ToolObservation => ({
  ...COMMON,
  ...placeAt(path, each.CauseMetadata?.StartLine, each.CauseMetadata?.EndLine),
  rule: each.ID,
  message: sentence(each.Message ?? each.Title ?? each.ID),
  title: sentence(each.Title ?? each.ID),
  severity: SEVERITIES[each.Severity] ?? 'low',
  confidence: 'medium',
  concern: 'insecure-defaults',
  docs: each.PrimaryURL ?? 'https://trivy.dev/latest/docs/scanner/misconfiguration/',
  sameAs: SAME_AS[each.ID] ?? [],
});

/** The secret itself is left out, also where Trivy has starred it. */
const ofSecret = (path: RepoPath, each: z.infer<typeof secret>): ToolObservation => ({
  ...COMMON,
  ...placeAt(path, each.StartLine, each.EndLine),
  rule: each.RuleID,
  message: `the line looks like a secret: ${sentence(each.Title ?? each.RuleID)}`,
  title: 'Secret in a file',
  severity: SEVERITIES[each.Severity] ?? 'low',
  confidence: 'medium',
  concern: 'secret-exposure',
  docs: 'https://trivy.dev/latest/docs/scanner/secret/',
  sameAs: ['sec-hardcoded-secret', 'credential-in-ml-config'],
});

/**
 * Trivy's configuration and secret scanners over the changed files, with the checks it was built with: nothing is fetched.
 * Vulnerabilities are off, since they need its database. Written from the documented JSON (schema version 2); not proven
 * against the program.
 */
export const trivy: Adapter = {
  tool: 'trivy',
  versions: { from: '0.54', below: '1' },
  reads: (path) => /\.(ya?ml|json|tf|toml|env|py|sh|cfg|ini|properties)$|(^|\/)Dockerfile|(^|\/)\.env/.test(path),
  async run({ folder, text }, paths) {
    const argv = [
      'trivy',
      'fs',
      '--quiet',
      '--format',
      'json',
      '--scanners',
      'misconfig,secret',
      '--severity',
      'HIGH,CRITICAL',
    ];
    const offline = ['--offline-scan', '--skip-check-update', '--exit-code', '0', '.'];
    const reading = await askJson([...argv, ...offline] as [string, ...string[]], folder, answer, 0);
    if (!reading.ok) return reading.answer;
    const observations = (reading.data.Results ?? []).flatMap(({ Target, Misconfigurations, Secrets }) => {
      const path = ownPath(Target, paths);
      if (path === undefined) return [];
      const settings = (Misconfigurations ?? []).filter(({ Status }) => Status === undefined || Status === 'FAIL');
      const found = [
        ...settings.map((each) => ofSetting(path, each)),
        ...(Secrets ?? []).map((each) => ofSecret(path, each)),
      ];
      const lines = text(path).split('\n');
      return found.map((each) => {
        const near = `${lines[each.startLine - 2] ?? ''}\n${lines[each.startLine - 1] ?? ''}`;
        return /\b(trivy|tfsec):ignore/i.test(near) ? { ...each, silencedBy: '#trivy:ignore' } : each;
      });
    });
    return { kind: 'answered', observations };
  },
};
