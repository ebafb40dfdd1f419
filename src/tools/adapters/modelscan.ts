import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../../core/location.ts';
import type { Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath, type ToolAnswer } from '../adapter.ts';
import { readJson, sentence } from '../answer.ts';
import { isModelFile } from '../checkout.ts';
import { run } from '../run.ts';

const answer = z.object({
  issues: z.array(
    z.object({
      description: z.string(),
      operator: z.string().optional(),
      module: z.string().optional(),
      source: z.string(),
      severity: z.string(),
    }),
  ),
  errors: z.array(z.unknown()).optional(),
});

const SEVERITIES: Readonly<Record<string, Severity>> = { CRITICAL: 'high', HIGH: 'high', MEDIUM: 'medium' };

/** Nothing that it can read. */
const UNSUPPORTED = 3;

function observationOf(issue: z.infer<typeof answer>['issues'][number], path: RepoPath): ToolObservation {
  return {
    tool: 'modelscan',
    rule: [issue.module, issue.operator].filter((part) => part !== undefined).join('.') || 'unsafe-operator',
    path,
    startLine: 1,
    endLine: 1,
    startColumn: 1,
    endColumn: 1,
    message: sentence(issue.description),
    title: 'Model file holds code',
    severity: SEVERITIES[issue.severity] ?? 'low',
    confidence: 'medium',
    persona: 'security-auditor',
    concern: 'unsafe-model-artifacts',
    stage: 'deployment',
    docs: 'https://github.com/protectai/modelscan',
    sameAs: ['mf-pickle-dangerous-import', 'mf-pickle-unknown-import', 'mf-keras-code', 'mf-savedmodel-ops'],
  };
}

async function scan(folder: string, written: string, paths: readonly RepoPath[]): Promise<ToolAnswer> {
  // Its standard output is wrapped like prose, which breaks JSON; the file is not.
  const outcome = await run(
    ['modelscan', '--path', '.', '--reporting-format', 'json', '--output-file', written],
    folder,
  );
  if (outcome.kind !== 'ended')
    return { kind: 'failed', why: outcome.kind === 'missing' ? 'is not installed' : outcome.why };
  if (outcome.status === UNSUPPORTED) return { kind: 'answered', observations: [] };
  if (outcome.status < 0 || outcome.status > 1) return { kind: 'failed', why: `ended with status ${outcome.status}` };
  const reading = readJson(answer, await readFile(written, 'utf8').catch(() => ''));
  if (!reading.ok) return reading.answer;
  if ((reading.data.errors ?? []).length > 0) return { kind: 'failed', why: 'could not read every model file' };
  const observations = reading.data.issues.flatMap((issue) => {
    // A member of an archive stands behind a colon.
    const path = ownPath(issue.source, paths) ?? ownPath(issue.source.split(':')[0] ?? '', paths);
    return path === undefined ? [] : [observationOf(issue, path)];
  });
  return { kind: 'answered', observations };
}

/**
 * modelscan over changed model files, which it reads and does not load. Written from its own report writer (0.8); not
 * proven against the program. A settings file of the change is never where it would look for one.
 */
export const modelscan: Adapter = {
  tool: 'modelscan',
  versions: { from: '0.8', below: '0.9' },
  reads: isModelFile,
  async run({ folder }, paths) {
    const own = await mkdtemp(join(tmpdir(), 'ml-review-modelscan-'));
    try {
      return await scan(folder, join(own, 'answer.json'), paths);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  },
};
