import { orphans } from '../../facts/monitoring/orphans.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const service = (name: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec: {selector: {app: ${name}}}\n`;
const rules = (expr: string): string => `groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: ${expr}\n`;
const code = (metric: string): string =>
  `from prometheus_client import Counter as C\n\nclass M:\n    n = C('${metric}', 'n')\n`;

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  grades: { partly: { severity: 'low', when: 'the same pattern still selects something that is there' } },
  title: 'Alerts and dashboards still name what was removed',
  why: 'An alert on a name that is gone never fires again, a panel stays empty, and an autoscaler has nothing to scale. It shows in the next incident.',
  fix: 'Move the references along with the rename, or remove them.',
  references: [
    'https://prometheus.io/docs/prometheus/latest/querying/basics/',
    'https://docs.kubelinter.io/#/generated/checks?id=dangling-horizontalpodautoscaler',
  ],
  examples: [
    bad({
      'k8s/api.yaml': changed(service('churn-api'), service('churn-server')),
      'rules.yaml': changed(rules(`up{job="churn-api"} == 0`), rules(`«up{job="churn-api"} == 0»`)),
    }),
    bad({
      'k8s/hpa.yaml': changed(
        'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: llm}}\n',
        'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: «llm»}}\n',
      ),
      'k8s/llm.yaml': changed('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\n', null),
    }),
    bad({
      'k8s/sm.yaml': changed(
        'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: scrape}\nspec: {selector: {matchLabels: {app: churn-api}}}\n',
        'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: «scrape»}\nspec: {selector: {matchLabels: {app: churn-api}}}\n',
      ),
      'k8s/api.yaml': changed(service('churn-api'), service('churn-server')),
    }),
    bad({
      'app.py': changed(code('churn_predictions'), code('churn_answers')),
      'rules.yaml': changed(
        rules('rate(churn_predictions_total[5m]) == 0'),
        rules('«rate(churn_predictions_total[5m]) == 0»'),
      ),
      'grafana/board.json': changed(
        '{"uid": "a", "panels": [{"targets": [{"expr": "churn_predictions_total"}]}]}\n',
        '{"uid": "a", "panels": [{"targets": [{"expr": «"churn_predictions_total"»}]}]}\n',
      ),
    }),
    bad.as('partly')({
      'k8s/a.yaml': changed(service('a-api'), null),
      'k8s/b.yaml': changed(service('b-api'), service('b-api')),
      'rules.yaml': changed(rules('up{job=~"a-api|b-api"} == 0'), rules('«up{job=~"a-api|b-api"} == 0»')),
    }),
    bad({
      'prometheus.yml': changed(
        'scrape_configs:\n- job_name: ranker\n  static_configs: [{targets: ["a:1"]}]\n',
        'scrape_configs:\n- job_name: scorer\n  static_configs: [{targets: ["a:1"]}]\n',
      ),
      'rules.yaml': changed(rules('up{job="ranker"} == 0'), rules('«up{job="ranker"} == 0»')),
    }),
    good({
      'k8s/api.yaml': changed(service('churn-api'), service('churn-server')),
      'rules.yaml': changed(rules('up{job="churn-api"} == 0'), rules('up{job="churn-server"} == 0')),
      'app.py': changed(code('churn_n'), null),
      'lib/app.py': changed(null, code('churn_n')),
    }),
    good({
      'k8s/api.yaml': changed(service('churn-api'), null),
      'deploy/api.yaml': changed(null, service('churn-api')),
      'rules.yaml': changed(rules('up{job="churn-api"} == 0'), rules('up{job="churn-api"} == 0')),
      'other.yaml': rules('up{job="elsewhere"} == 0'),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    for (const { document, span, says, was, partly } of orphans(after, before)) {
      if (isTemplatePath(document.path)) continue;
      yield at(document, span, says, {
        evidence: [seen(was.document, was.span, 'removed by this change')],
        ...(partly === true ? { grade: 'partly' } : {}),
      });
    }
  },
});
