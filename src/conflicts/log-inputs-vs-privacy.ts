import type { Evidence } from '../core/finding.ts';
import { columnReferences } from '../facts/features/references.ts';
import { recordings } from '../facts/monitoring/recorded.ts';
import { bad, type ConflictScene, defineConflict, evidenceOf, good, raised, seen } from '../kit/index.ts';

/** Columns that name a person by themselves. */
const IDENTIFIES =
  /^(e_?mail|email_address|phone(_number)?|mobile|ssn|social_security_number|passport(_number)?|national_id|(first|last|full|user|customer)_name|date_of_birth|dob|birth_?date|(street_|home_|postal_|ip_)?address|iban|credit_card(_number)?|card_number|lat(itude)?|lon(gitude)?)$/i;

const service = (inputs: boolean): string => `
  $schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
  name: blue
  endpoint_name: churn
  model: azureml:churn:3
  instance_type: Standard_DS3_v2
  data_collector: { collections: { model_inputs: { enabled: "${inputs ? 'True' : 'False'}" } } }
`;

/** Where inputs are written down whole, and an input that names people. */
function identified({ project }: ConflictScene): readonly [Evidence, Evidence] | undefined {
  const [recording] = recordings(project);
  const column = columnReferences(project).find((each) => IDENTIFIES.test(each.column));
  if (recording === undefined || column === undefined) return undefined;
  return [
    seen(recording.document, recording.span, recording.says),
    seen(column.document, column.span, `\`${column.column}\` is an input and names people`),
  ];
}

export default defineConflict({
  title: 'Logging inputs for drift against privacy',
  between: ['ml-engineer', 'security-auditor'],
  tradeOff: 'seeing drift against keeping personal data out of logs',
  resolution:
    'Log derived features, predictions and a request id; drop or tokenise direct identifiers, sample, encrypt, and set a retention.',
  why: 'drift is a matter of distributions, and those need no identities',
  references: ['https://gdpr-info.eu/art-5-gdpr/'],
  examples: [
    bad({ 'deploy/blue.yml': service(true), 'config/features.yaml': 'features: [email, phone, tenure_months]\n' }),
    good({ 'deploy/blue.yml': service(true), 'config/features.yaml': 'features: [tenure_months, plan]\n' }),
    good({ 'deploy/blue.yml': service(false), 'config/features.yaml': 'features: [email, phone, tenure_months]\n' }),
  ],
  clash(scene) {
    const first = evidenceOf(
      raised(scene, 'data-capture-disabled', 'served-model-without-drift-monitor', 'monitor-no-schedule'),
    );
    const second = evidenceOf(raised(scene, 'inference-log-captures-pii', 'sec-pii-logging')) ?? identified(scene);
    if (first === undefined || second === undefined) return undefined;
    return {
      first: { says: 'Inputs and predictions must be recorded, or drift is not seen.', evidence: first },
      second: { says: 'What is recorded names people.', evidence: second },
      escalate: {
        question: 'Are the identifiers themselves features, and what is the legal basis for recording them?',
        options: [
          'They are not needed: drop or tokenise them before logging',
          'They are features: record them in a restricted store with a retention',
        ],
      },
    };
  },
});
