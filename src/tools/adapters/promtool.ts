import type { ToolObservation } from '../../core/tool.ts';
import { type Adapter, ownPath } from '../adapter.ts';
import { run } from '../run.ts';

/** `  rules.yml: 12:9: group "a", rule 1, "x": could not parse expression: 1:5: …` and `rules.yml: yaml: line 3: …`. */
const PLACED = /^\s*(.+?\.ya?ml): (?:(\d+):(\d+): )?(.*)$/;
const YAML_LINE = /\bline (\d+)\b/;

/** Only files that say they hold rules: promtool refuses everything else, and rightly so. */
const isRules = (path: string): boolean => /\.ya?ml$/.test(path) && /(rule|alert|prometheus|slo)/i.test(path);

function observationOf(line: string, paths: Parameters<Adapter['run']>[1]): ToolObservation | undefined {
  const match = PLACED.exec(line);
  const path = match?.[1] === undefined ? undefined : ownPath(match[1], paths);
  const message = match?.[4]?.trim() ?? '';
  if (match === null || path === undefined || message === '') return undefined;
  const at = Number(match[2] ?? YAML_LINE.exec(message)?.[1] ?? 1);
  return {
    tool: 'promtool',
    rule: 'check-rules',
    path,
    startLine: at,
    endLine: at,
    startColumn: Number(match[3] ?? 1),
    endColumn: Number(match[3] ?? 1),
    message: message.replace(/\s+/g, ' ').replace(/\.$/, ''),
    title: 'Prometheus does not accept the rule',
    // A file that does not load takes every alert in it away.
    severity: 'high',
    confidence: 'high',
    persona: 'sre',
    concern: 'incident-readiness',
    stage: 'monitoring',
    docs: 'https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/',
    sameAs: [],
  };
}

export const promtool: Adapter = {
  tool: 'promtool',
  versions: { from: '2.0', below: '4', tested: '2.42.0' },
  reads: isRules,
  async run({ folder, text }, paths) {
    const observations: ToolObservation[] = [];
    for (const path of paths) {
      // A manifest of the operator (PrometheusRule) or a Helm template is no rule file of Prometheus itself.
      if (!/^groups:/m.test(text(path))) continue;
      const outcome = await run(['promtool', 'check', 'rules', path], folder);
      if (outcome.kind !== 'ended')
        return { kind: 'failed', why: outcome.kind === 'missing' ? 'is not installed' : outcome.why };
      if (outcome.status === 0) continue;
      const lines = `${outcome.out}\n${outcome.err}`.split('\n');
      const found = lines.flatMap((line) => observationOf(line, paths) ?? []);
      if (found.length === 0) return { kind: 'failed', why: `ended with status ${outcome.status} on ${path}` };
      observations.push(...found);
    }
    return { kind: 'answered', observations };
  },
};
