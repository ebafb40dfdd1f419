/** What a provider hands out, by its public beginning. Bounded, so that no text makes a search slow. */
const SHAPES: readonly RegExp[] = [
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /(gh[pousr]_)[A-Za-z0-9]{30,255}/g,
  /(github_pat_)[A-Za-z0-9_]{30,255}/g,
  /(glpat-)[\w-]{20,64}/g,
  /\b(hf_)[A-Za-z0-9]{30,64}\b/g,
  /\b(sk-(?:ant-|proj-|svcacct-)?)[\w-]{20,255}/g,
  /\b(xox[abeoprs]-)[\w-]{10,255}/g,
  /\b(AIza)[\w-]{35}/g,
  /\b(dapi)[0-9a-f]{32}\b/g,
  /\b(npm_)[A-Za-z0-9]{36}\b/g,
  /\b(pypi-)[\w-]{50,255}/g,
  /\b(SG\.)[\w-]{16,64}\.[\w-]{16,128}/g,
  /\b(eyJ)[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{4,1000}/g,
  /(:\/\/[^\s:/@'"`]{0,100}:)[^\s:/@'"`]{1,200}(?=@)/g,
  /((?:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)["']?\s{0,3}[:=]\s{0,3}["'])[^"'\s]{6,300}(?=["'])/gi,
];

const KEY_OPENS = '-----BEGIN ';
const KEY_CLOSES = '-----END ';
const MASK = '****';

/** The text with everything that looks like a credential reduced to its public beginning. */
export function maskSecrets(text: string): string {
  return SHAPES.reduce((masked, shape) => masked.replace(shape, `$1${MASK}`), maskKeys(text));
}

/** True when `maskSecrets` would change the text. */
export function holdsSecret(text: string): boolean {
  return maskSecrets(text) !== text;
}

function maskKeys(text: string): string {
  let masked = '';
  let from = 0;
  for (let open = text.indexOf(KEY_OPENS); open !== -1; open = text.indexOf(KEY_OPENS, from)) {
    const body = text.indexOf('-----', open + KEY_OPENS.length);
    if (body === -1) break;
    const isKey = text.slice(open, body).endsWith('PRIVATE KEY');
    const close = text.indexOf(KEY_CLOSES, body);
    const end = isKey ? (close === -1 ? text.length : close) : body;
    masked += isKey ? `${text.slice(from, body + 5)}${MASK}` : text.slice(from, end);
    from = end;
  }
  return masked + text.slice(from);
}
