import { bad, defineConflict, evidenceOf, good, raised } from '../kit/index.ts';

const resource = (columns: string): string => `
  resources:
    model_serving_endpoints:
      churn:
        name: churn
        config:
          served_entities:
            - entity_name: main.churn.model
              entity_version: "4"
              scale_to_zero_enabled: false
        ai_gateway:
          inference_table_config: { enabled: true, catalog_name: main, schema_name: churn }
  # ${columns}
`;

export default defineConflict({
  title: 'Logging inputs for drift against privacy',
  between: ['ml-engineer', 'security-auditor'],
  tradeOff: 'seeing drift against keeping personal data out of logs',
  resolution: 'Log derived features, predictions and a request id; drop or tokenise direct identifiers, sample, encrypt, and set a retention.',
  why: 'drift is a matter of distributions, and those need no identities',
  references: ['https://gdpr-info.eu/art-5-gdpr/'],
  examples: [
    bad({
      'databricks.yml': 'bundle:\n  name: churn\ninclude: [resources/*.yml]\ntargets:\n  prod:\n    mode: production\n',
      'resources/serving.yml': resource('serves'),
      'config/features.yaml': 'features: [email, phone, tenure_months]\n',
    }),
    good({ 'resources/serving.yml': resource('serves'), 'config/features.yaml': 'features: [tenure_months, plan]\n' }),
  ],
  clash(scene) {
    const first = evidenceOf(raised(scene, 'data-capture-disabled', 'served-model-without-drift-monitor', 'monitor-no-schedule'));
    const second = evidenceOf(raised(scene, 'inference-log-captures-pii', 'sec-pii-logging'));
    if (first === undefined || second === undefined) return undefined;
    return {
      first: { says: 'Inputs and predictions must be recorded, or drift is not seen.', evidence: first },
      second: { says: 'What is recorded names people.', evidence: second },
      escalate: {
        question: 'Are the identifiers themselves features, and what is the legal basis for recording them?',
        options: ['They are not needed: drop or tokenise them before logging', 'They are features: record them in a restricted store with a retention'],
      },
    };
  },
});
