import type { Span } from '../../core/location.ts';

/** A credential written out in a text. Its value is never repeated. */
export interface Secret {
  readonly span: Span;
  /** "a Hugging Face token". */
  readonly what: string;
  /** `provider`: the shape is a provider's own. `generic`: only the name of what it is assigned to says so. */
  readonly kind: 'provider' | 'generic';
}

/** Shapes that providers document for their credentials; bounded, so that no text makes a search slow. */
const PROVIDERS: readonly (readonly [string, RegExp])[] = [
  ['an AWS access key id', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g],
  ['a GitLab token', /\bglpat-[\w-]{20,64}/g],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{34,64}\b/g],
  ['an Anthropic key', /\bsk-ant-[\w-]{24,255}/g],
  ['an OpenAI key', /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,255}/g],
  ['a Slack token', /\bxox[abeoprs]-[0-9A-Za-z-]{20,255}/g],
  ['a Google API key', /\bAIza[\w-]{35}\b/g],
  ['a Databricks token', /\bdapi[0-9a-f]{32}(?:-\d)?\b/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a PyPI token', /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,255}/g],
  ['a SendGrid key', /\bSG\.[\w-]{22}\.[\w-]{43}\b/g],
  ['a JSON Web Token', /\beyJ[\w-]{10,500}\.eyJ[\w-]{10,2000}\.[\w-]{20,700}/g],
  ['an Azure storage key', /\bAccountKey=[A-Za-z0-9+/]{86}==/g],
  ['a private key', /-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY(?: BLOCK)?-----/g],
];

/** What follows the scheme of `scheme://user:password@host`; a scheme is looked for only where `://` stands. */
const CONNECTION =
  /(?<=\b[a-z][a-z0-9+.-]{1,20}):\/\/[^\s:/@'"`${}<>%]{1,60}:([^\s:/@'"`${}<>%]{3,100})@([\w.-]{1,120})/g;

const PLACEHOLDER =
  /example|placeholder|changeme|change_me|dummy|fake|sample|redacted|insert|replace|todo|your[-_ ]?|xxxx|\*{3}|\.{3}|<|>|\$\{|\{\{|^(secret|password|passwd|pass|token|test|admin|root|user|postgres|mysql|guest|minio|minioadmin|mlflow|airflow|string|none|null|true|false|key|value)\d*$/i;

/** Few different characters, or a run of the alphabet or the digits: nobody's real secret. */
function isMadeUp(value: string): boolean {
  // The numbers of a Slack token only say whose it is.
  const core = /^xox/.test(value) ? value.slice(value.lastIndexOf('-') + 1) : value.replace(/^[a-z]{2,10}[-_]/i, '');
  return (
    new Set(core).size < 6 || /(?:0123456789|1234567890|abcdefghij|ABCDEFGHIJ)/.test(core) || /(.)\1{5}/.test(core)
  );
}

/** The key of Azure's emulator, the same on every machine. */
const AZURITE_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
/** The claims `{"sub":"1234567890"` of the token that every tutorial shows. */
const JWT_OF_DOCUMENTATION = '.eyJzdWIiOiIxMjM0NTY3ODkw';

/** Known keys of documentation, and everything that reads like a stand-in. */
export function isPlaceholder(value: string): boolean {
  return (
    PLACEHOLDER.test(value) || value.includes(JWT_OF_DOCUMENTATION) || value.includes(AZURITE_KEY) || isMadeUp(value)
  );
}

/** Shannon entropy in bits per character; random base64 has above 4.5, words below 3.5. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

const LOCAL_HOST =
  /^(localhost|127\.|0\.0\.0\.0|host\.docker\.internal|\[?::1|db|postgres|mysql|redis|mongo|rabbitmq|minio|mlflow|database)$|^127\./;

/** Every provider-shaped credential and every connection string with a password, in text order. */
export function secretsIn(text: string): readonly Secret[] {
  const found: Secret[] = [];
  for (const [what, shape] of PROVIDERS) {
    for (const match of text.matchAll(shape)) {
      if (!isPlaceholder(match[0]))
        found.push({ span: { start: match.index, end: match.index + match[0].length }, what, kind: 'provider' });
    }
  }
  for (const match of text.matchAll(CONNECTION)) {
    const [whole, password = '', host = ''] = match;
    if (isPlaceholder(password) || LOCAL_HOST.test(host)) continue;
    const start = match.index + whole.lastIndexOf(`:${password}@`) + 1;
    found.push({ span: { start, end: start + password.length }, what: `a password for \`${host}\``, kind: 'provider' });
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

const SECRET_NAME =
  /(^|[_.-])(secret|passwd|password|api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|api[_-]?token|bearer[_-]?token|client[_-]?secret)$/i;
const NOT_A_SECRET =
  /(^|[_.-])(name|path|file|url|uri|id|field|column|header|env|var|ref|arn|prefix|length|type|label|hash|tokenizer)s?$/i;

/** True for names under which people keep credentials: `api_key`, `DB_PASSWORD`, `hf_token`; not `token_length` or `password_field`. */
export function isSecretName(name: string): boolean {
  return (
    (SECRET_NAME.test(name) ||
      /(^|[_.-])(hf|hub|github|gitlab|bearer|wandb|openai|slack|databricks|aws_session)[_-]?(token|key)$/i.test(
        name,
      )) &&
    !NOT_A_SECRET.test(name)
  );
}

/** Whether a value given to a thing of this name is a credential, by name and randomness. */
export function isAssignedSecret(name: string, value: string): boolean {
  if (!SECRET_NAME.test(name) || NOT_A_SECRET.test(name)) return false;
  if (value.length < 12 || value.length > 300 || /\s/.test(value) || isPlaceholder(value)) return false;
  if (/^[\w.-]+\/[\w./-]+$/.test(value) && !/\d/.test(value)) return false;
  return entropyOf(value) >= 3.3 && /\d/.test(value) && /[a-z]/i.test(value);
}
