import type { DataDocument, ScalarNode } from '../../documents/data.ts';
import { each, walkEntries } from '../../documents/data.ts';
import { isAssignedSecret, secretsIn } from '../../facts/security/secrets.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Committed data of a Kubernetes Secret, and what an operator seals for it. */
const SEALED = /SealedSecret|ExternalSecret|\bsops:|ENC\[AES256/;

/** Scalars with the key they stand under; the items of a list stand under the list's. Linear, whatever the file holds. */
function* named(document: DataDocument): Generator<readonly [string, ScalarNode]> {
  for (const root of document.roots) {
    for (const { key, value } of walkEntries(root)) {
      for (const node of each(value)) if (node.kind === 'scalar' && typeof node.value === 'string') yield [key, node];
    }
  }
}

export default defineCheck({
  evaluates: 'secret-exposure',
  stage: 'deployment',
  severity: 'critical',
  confidence: 'high',
  grades: { generic: { severity: 'high', when: 'only the key says that the value is a credential' } },
  paths: { test: 'low', docs: 'one-down', example: 'one-down', benchmark: 'full' },
  title: 'Credential written into a configuration file',
  why: `
    Feature stores, tracking servers, data remotes and serving manifests are read by everyone who can read the repository; a
    password in them opens the training data and the models.
  `,
  fix: 'Move it to a secret store or an environment variable, and rotate it.',
  references: ['https://cwe.mitre.org/data/definitions/798.html', 'https://atlas.mitre.org/techniques/AML.T0055'],
  examples: [
    bad({
      'feature_repo/feature_store.yaml': `
        project: churn
        registry:
          registry_type: sql
          path: postgresql://feast:«Tr7vQ9zLw2»@registry.acme.io/feast
      `,
      'deploy/prod/values.json': '{ "env": { "HF_TOKEN": "«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»" } }\n',
    }),
    bad.as('generic')({
      '.dvc/config': `
        ['remote "storage"']
            url = s3://acme/dvc
            secret_access_key = «q7Hs91kLmZx02VbTyUwE4rT8»
      `,
      'nann.yml': 'input:\n  credentials:\n    secret_key: «q7Hs91kLmZx02VbTyUwE4rT8»\n',
    }),
    good({
      'feature_store.yaml': 'registry:\n  path: postgresql://${USER}:${PASSWORD}@registry.acme.io/feast\n',
      'compose.yaml':
        'services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: changeme\n      HUGGING_FACE_HUB_TOKEN: <YOUR TOKEN>\n      API_KEY: ""\n',
      '.github/workflows/ci.yml': 'on: push\njobs:\n  a:\n    env:\n      API_KEY: ${{ secrets.API_KEY }}\n',
      'local.yaml': 'uri: postgresql://mlflow:mlflow@localhost:5432/mlflow\n',
      'secret.yaml': 'kind: SealedSecret\nspec:\n  encryptedData:\n    api_key: AgBy3i4OJSWK8PiTySYZZA9rO43cGDEq\n',
      'locks/poetry.lock':
        '[[package]]\nname = "x"\nfiles = [{file = "x", hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]\n',
    }),
  ],

  reads: ['yaml', 'json', 'toml', 'ini', 'hcl'],
  *inspect(document) {
    if (SEALED.test(document.text.slice(0, 200_000))) return;
    const spans = secretsIn(document.text);
    for (const { span, what } of spans) yield at(document, span, `${what} is written out in the configuration`);
    for (const [name, node] of named(document)) {
      if (node.open || typeof node.value !== 'string' || !isAssignedSecret(name, node.value)) continue;
      if (spans.some(({ span }) => span.start < node.span.end && node.span.start < span.end)) continue;
      yield at(document, node.span, `\`${name}\` holds a credential that is written out`, { grade: 'generic' });
    }
  },
});
