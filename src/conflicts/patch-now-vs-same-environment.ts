import type { Evidence, Finding } from '../core/finding.ts';
import { declaredPackages } from '../facts/versions/declared.ts';
import { minorPinned } from '../facts/versions/minor.ts';
import { asEvidence, bad, type ConflictScene, changed, defineConflict, good, raised, seen } from '../kit/index.ts';

const model = changed(
  'mlflow_version: 2.9.2\nflavors:\n  python_function:\n    python_version: 3.10.4\n',
  'mlflow_version: 2.9.2\nflavors:\n  python_function:\n    python_version: 3.10.4\n',
);
const bump = changed('scikit-learn==1.2.2\n', 'scikit-learn==1.4.0\n');

const BOT = /^(app\/)?(dependabot|renovate|pyup|snyk)([-_]?bot)?(\[bot\])?$/i;
const SECURITY = /\bCVE-\d{4}-\d+|\bGHSA-|\bsecurity\b|\bvulnerab/i;

/** The same new version in another file that the change touched: the whole service is being moved. */
function bumpElsewhere({ project }: ConflictScene, finding: Finding): Evidence | undefined {
  const [, name, version] = /`([\w.-]{1,80})` (?:goes from [\d.]+ to )?([\d.]+)/.exec(finding.message) ?? [];
  for (const path of project.changed) {
    const document = path === finding.path ? undefined : project.document(path);
    const declared = document === undefined ? [] : declaredPackages(document);
    const same = declared.find((each) => each.name === name && minorPinned(each) === version);
    if (document !== undefined && same !== undefined)
      return seen(document, same.span, `moves \`${name}\` to ${version}`);
  }
  return undefined;
}

/** The change says of itself that it mends a vulnerability, or comes from a bot that does such changes. */
const isPatch = ({ conversation }: ConflictScene): boolean =>
  conversation !== undefined &&
  (BOT.test(conversation.author) || [conversation.title, ...conversation.labels].some((said) => SECURITY.test(said)));

export default defineConflict({
  title: 'Patching now against the environment of the saved model',
  between: ['security-auditor', 'ml-engineer'],
  tradeOff: 'the time that a vulnerability stays open against answers that stay the same',
  resolution:
    'Take patch releases with a test that predictions stay equal; for a minor or major release of a library that reads the model, log or train it again and roll it out as a canary.',
  why: 'a patched library that reads the model differently changes answers, and no health check sees it',
  references: ['https://scikit-learn.org/stable/model_persistence.html', 'https://mlflow.org/docs/latest/ml/model/'],
  examples: [
    bad({ 'models/churn/MLmodel': model, 'models/churn/requirements.txt': bump, 'requirements.txt': bump }),
    good({ 'models/churn/MLmodel': model, 'models/churn/requirements.txt': bump }),
    good({ 'models/churn/MLmodel': model, 'requirements.txt': bump }),
  ],
  clash(scene) {
    for (const finding of raised(scene, 'mlflow-model-env-edited', 'mlflow-model-env-mismatch')) {
      const moved = bumpElsewhere(scene, finding) ?? (isPatch(scene) ? asEvidence(finding) : undefined);
      if (moved === undefined) continue;
      return {
        first: { says: 'The library is brought up to date now, everywhere.', evidence: [moved] },
        second: { says: 'The saved model runs under the versions it was saved with.', evidence: [asEvidence(finding)] },
        escalate: {
          question:
            'Does the update close a vulnerability that can be exploited here, and how long does training again take?',
          options: [
            'It can wait for training: log the model again first',
            'It cannot: update with a parity test and a canary, then train again',
          ],
        },
      };
    }
    return undefined;
  },
});
