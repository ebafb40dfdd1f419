import { z } from 'zod';
import { type RepoPath, repoPath } from '../core/location.ts';
import type { Severity } from '../core/scale.ts';
import type { ToolObservation } from '../core/tool.ts';

const region = z.object({
  startLine: z.number().optional(),
  endLine: z.number().optional(),
  startColumn: z.number().optional(),
  endColumn: z.number().optional(),
});
const location = z.object({
  physicalLocation: z
    .object({ artifactLocation: z.object({ uri: z.string().optional() }).optional(), region: region.optional() })
    .optional(),
});
const rule = z.object({
  id: z.string(),
  helpUri: z.string().optional(),
  shortDescription: z.object({ text: z.string() }).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
const result = z.object({
  ruleId: z.string().optional(),
  level: z.enum(['none', 'note', 'warning', 'error']).optional(),
  message: z.object({ text: z.string().optional() }),
  locations: z.array(location).optional(),
  suppressions: z.array(z.object({ kind: z.string() })).optional(),
});
const log = z.object({
  runs: z.array(
    z.object({
      tool: z.object({ driver: z.object({ name: z.string(), rules: z.array(rule).optional() }) }),
      results: z.array(result).nullish(),
    }),
  ),
});

const LEVELS: Readonly<Record<string, Severity>> = { error: 'high', warning: 'medium', note: 'low', none: 'low' };

/** GitHub's own reading of `security-severity`: 9 and above is critical, 7 high, 4 medium. Critical is left to our checks. */
function severityOf(level: string | undefined, properties: Readonly<Record<string, unknown>> | undefined): Severity {
  const score = Number(properties?.['security-severity'] ?? Number.NaN);
  if (Number.isFinite(score)) return score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  return LEVELS[level ?? 'warning'] ?? 'medium';
}

function pathOf(uri: string | undefined): RepoPath | undefined {
  if (uri === undefined) return undefined;
  try {
    return repoPath(decodeURIComponent(uri.replace(/^file:\/\/\/?/, '').replace(/^\.\//, '')));
  } catch {
    return undefined;
  }
}

export type SarifReading =
  | { readonly ok: true; readonly observations: readonly ToolObservation[]; readonly tools: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Reads the results of a team's own scanners. Never throws; results without a file of the repository are left out. */
export function readSarif(text: string): SarifReading {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  const parsed = log.safeParse(raw);
  if (!parsed.success)
    return { ok: false, why: `is not SARIF 2.1.0 (${parsed.error.issues[0]?.path.join('.') ?? ''})` };
  const observations = parsed.data.runs.flatMap(({ tool, results }) => {
    const rules = new Map((tool.driver.rules ?? []).map((each) => [each.id, each]));
    return (results ?? []).flatMap((each): readonly ToolObservation[] => {
      const place = each.locations?.[0]?.physicalLocation;
      const path = pathOf(place?.artifactLocation?.uri);
      if (path === undefined) return [];
      const known = rules.get(each.ruleId ?? '');
      const start = place?.region?.startLine ?? 1;
      return [
        {
          tool: tool.driver.name.toLowerCase(),
          rule: each.ruleId ?? 'unnamed',
          path,
          startLine: start,
          endLine: place?.region?.endLine ?? start,
          startColumn: place?.region?.startColumn ?? 1,
          endColumn: place?.region?.endColumn ?? 1,
          message: (each.message.text ?? known?.shortDescription?.text ?? 'no message')
            .replace(/\s+/g, ' ')
            .replace(/\.$/, ''),
          title: known?.shortDescription?.text.slice(0, 70) ?? `${tool.driver.name} ${each.ruleId ?? ''}`,
          severity: severityOf(each.level, known?.properties),
          confidence: 'medium',
          persona: 'security-auditor',
          concern: 'insecure-defaults',
          stage: 'deployment',
          docs: known?.helpUri ?? 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html',
          sameAs: [],
          ...((each.suppressions ?? []).length > 0 ? { silencedBy: 'a suppression of the scanner' } : {}),
        },
      ];
    });
  });
  return { ok: true, observations, tools: parsed.data.runs.map(({ tool }) => tool.driver.name) };
}
