import type { Evidence } from '../core/finding.ts';
import { type PrometheusRule, prometheusRules } from '../facts/formats/prometheus.ts';
import { asEvidence, bad, type ConflictScene, changed, defineConflict, good, raised, seen } from '../kit/index.ts';

const PAGES = /^(page|pager|critical|p1|sev-?1)$/i;

const rules = (limit: string, severity: string): string =>
  `groups:\n- name: ml\n  rules:\n  - alert: InputDrift\n    expr: max(churn_feature_psi) > ${limit}\n    for: 5m\n    labels: {severity: ${severity}}\n`;

const pages = ({ labels }: PrometheusRule): boolean => PAGES.test(labels.get('severity') ?? '');

/** Rules that wake somebody, in the file and on the lines of a loosened threshold. */
function waking({ project }: ConflictScene, evidence: Evidence): readonly Evidence[] {
  return prometheusRules(project)
    .filter((rule) => rule.kind === 'alert' && rule.document.path === evidence.path && pages(rule))
    .filter(({ document, node }) => {
      const first = seen(document, node.span, '').line;
      const last = seen(document, { start: Math.max(node.span.start, node.span.end - 1), end: node.span.end }, '').line;
      return first <= evidence.line && evidence.line <= last;
    })
    .map(({ document, name, node }) => seen(document, name?.node.span ?? node.span, 'pages somebody each time'));
}

export default defineConflict({
  title: 'Early drift alarms against fewer of them',
  between: ['ml-engineer', 'sre'],
  tradeOff: 'detecting drift early against an on-call person who stops reading alarms',
  resolution:
    'Keep the threshold; lower where the alarm goes (a ticket, not a page), ask for several windows in a row, and watch the features that matter most.',
  why: 'a looser threshold hides the drift from everybody, a quieter route only from the person at night',
  references: ['https://sre.google/workbook/alerting-on-slos/'],
  examples: [
    bad({ 'alerts/drift.yaml': changed(rules('0.2', 'page'), rules('0.5', 'page')) }),
    good({ 'alerts/drift.yaml': changed(rules('0.2', 'ticket'), rules('0.5', 'ticket')) }),
    good({ 'alerts/drift.yaml': changed(rules('0.5', 'page'), rules('0.2', 'page')) }),
  ],
  clash(scene) {
    for (const finding of raised(scene, 'drift-threshold-loosened')) {
      const [page] = waking(scene, asEvidence(finding));
      if (page === undefined) continue;
      return {
        first: { says: 'The alarm has to go off while the drift is small.', evidence: [asEvidence(finding)] },
        second: { says: 'An alarm that wakes somebody has to mean something, or it is muted.', evidence: [page] },
        escalate: {
          question:
            'Who takes drift alarms that are tickets, and do recorded false alarms justify the looser threshold?',
          options: [
            'There is an owner: keep the threshold and route it as a ticket',
            'The false alarms are recorded: loosen it and cite them',
          ],
        },
      };
    }
    return undefined;
  },
});
