import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { isAssignedSecret, secretsIn } from '../../facts/security/secrets.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** A literal and the name it is given to: assignment, keyword argument, dictionary entry, parameter default. */
function named(document: PythonDocument, node: PyNode): string | undefined {
  const { parent } = node;
  const target =
    parent === undefined ? undefined : (child(parent, 'left') ?? child(parent, 'name') ?? child(parent, 'key'));
  if (target === undefined || target === node) return undefined;
  if (target.type === 'string') return stringOf(document, target);
  if (target.type === 'attribute') return textOf(document, child(target, 'attribute') ?? target);
  if (target.type === 'subscript') return stringOf(document, child(target, 'subscript'));
  return textOf(document, target);
}

const LITERAL_PARENTS = new Set([
  'assignment',
  'keyword_argument',
  'pair',
  'default_parameter',
  'typed_default_parameter',
]);

export default defineCheck({
  evaluates: 'secret-exposure',
  stage: 'deployment',
  severity: 'critical',
  confidence: 'high',
  grades: { generic: { severity: 'high', when: 'only the name says that the value is a credential' } },
  paths: { test: 'low', docs: 'one-down', example: 'one-down', benchmark: 'full' },
  title: 'Credential written into the code',
  why: `
    Whoever can read the repository, its forks or its history can use the credential, and it stays valid after the line is
    deleted.
  `,
  fix: 'Revoke it, read it from the environment or a secret store, and take it out of the history.',
  references: [
    'https://cwe.mitre.org/data/definitions/798.html',
    'https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning',
  ],
  examples: [
    bad`
      headers = {"Authorization": "Bearer «eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtbC1zZXJ2aWNlIn0.Qm7dT3vK9pLw2XzR8bYh4NcF6gJs1AeU5oIiTt0xQz»"}
      slack = "«xoxb-123456789012-1234567890123-Qm7dT3vK9pLw2XzR8bYh4NcF»"
    `,
    bad`
      import os

      TOKEN = "«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»"

      class Store:
          def open(self):
              url = "postgresql://ml:«Tr7vQ9zLw2»@db.acme.io/features"
              os.environ["AWS_ACCESS_KEY_ID"] = "«AKIAQX4BTIPVLZJ6M3SH»"
              return url
    `,
    bad.as('generic')`
      client = connect(api_key=«"a8Fk2Lq9ZxT4bV7nR1wY"»)
      settings = {"client_secret": «"q7Hs91kLmZx02VbTyUwE"»}
    `,
    bad({ 'train.sql': "CREATE SECRET s (TYPE S3, KEY_ID '«AKIAQX4BTIPVLZJ6M3SH»');\n" }),
    good`
      EMULATOR = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
      EXAMPLE = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    `,
    good`
      import os

      TOKEN = os.environ["HF_TOKEN"]
      example = "AKIAIOSFODNN7EXAMPLE"
      placeholder = "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      url = "postgresql://user:password@localhost/db"
      templated = f"postgresql://{user}:{password}@db.acme.io/features"
      digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      api_key = "<your-api-key>"
      api_key_name = "a8Fk2Lq9ZxT4bV7nR1wY"
      secret_key = "models/ranker/weights"
      password = "changeme123456"
    `,
  ],

  reads: ['python', 'sql'],
  *inspect(document) {
    const spans = secretsIn(document.text);
    for (const { span, what } of spans) yield at(document, span, `${what} is written out in the code`);
    if (document.kind !== 'python') return;
    for (const node of nodesOf(document, 'string')) {
      if (!LITERAL_PARENTS.has(node.parent?.type ?? '') || node.end - node.start > 320) continue;
      if (spans.some(({ span }) => span.start < node.end && node.start < span.end)) continue;
      const name = named(document, node);
      const value = stringOf(document, node);
      if (name === undefined || value === undefined || !isAssignedSecret(name, value)) continue;
      yield at(document, node, `\`${name}\` is given a credential that is written out in the code`, {
        grade: 'generic',
      });
    }
  },
});
