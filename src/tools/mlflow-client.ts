import { z } from 'zod';

/** Where the operator's registry is. Nothing of a change is ever part of the address but as an encoded query value. */
export interface RegistryAddress {
  /** `http` or `https`, without credentials, query and trailing slash. */
  readonly base: string;
  readonly token: string | undefined;
}

const version = z.object({
  name: z.string(),
  version: z.string(),
  current_stage: z.string().optional(),
  status: z.string().optional(),
  tags: z.array(z.object({ key: z.string(), value: z.string().optional() })).optional(),
});
const one = z.object({ model_version: version });
const many = z.object({ model_versions: z.array(version).optional() });
const refusal = z.object({ error_code: z.string().optional(), message: z.string().optional() });

export type RegistryVersion = z.infer<typeof version>;

export type Lookup<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unanswered'; readonly why: string };

/** One look-up takes no longer, and no answer is larger. */
const LIMITS = { timeMs: 5_000, bytes: 2 * 2 ** 20 } as const;

/**
 * The address out of the operator's environment; undefined when none is set. Throws a sentence for one that cannot be meant.
 */
export function registryAddress(
  environment: Readonly<Record<string, string | undefined>>,
): RegistryAddress | undefined {
  const said = environment['ML_REVIEW_MLFLOW_URI'];
  if (said === undefined || said === '') return undefined;
  const url = URL.canParse(said) ? new URL(said) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error('ML_REVIEW_MLFLOW_URI is no http or https address');
  if (url.username !== '' || url.password !== '')
    throw new Error('ML_REVIEW_MLFLOW_URI holds credentials; put the token into ML_REVIEW_MLFLOW_TOKEN');
  const token = environment['ML_REVIEW_MLFLOW_TOKEN'];
  return { base: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, token: token === '' ? undefined : token };
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LIMITS.bytes) throw new Error('answered with more than 2 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An alias that is not there is a 400 of newer servers and a 404 of older ones. */
function isMissing(status: number, text: string): boolean {
  const said = refusal.safeParse(parse(text)).data;
  if (said?.error_code === 'RESOURCE_DOES_NOT_EXIST') return true;
  return status === 400 && /\bnot found\b/i.test(said?.message ?? '');
}

async function ask(
  address: RegistryAddress,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<Lookup<string>> {
  const { base, token } = address;
  try {
    const response = await fetch(`${base}${path}?${new URLSearchParams(query)}`, {
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      // The token goes to the operator's address and nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(LIMITS.timeMs),
    });
    const text = await bodyOf(response);
    if (response.ok) return { kind: 'found', value: text };
    return isMissing(response.status, text)
      ? { kind: 'missing' }
      : { kind: 'unanswered', why: `answered with status ${response.status}` };
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? `did not answer within ${LIMITS.timeMs / 1000} s`
        : 'cannot be reached';
    return { kind: 'unanswered', why };
  }
}

async function askFor<T>(schema: z.ZodType<T>, asked: Promise<Lookup<string>>): Promise<Lookup<T>> {
  const answer = await asked;
  if (answer.kind !== 'found') return answer;
  const parsed = schema.safeParse(parse(answer.value));
  return parsed.success
    ? { kind: 'found', value: parsed.data }
    : { kind: 'unanswered', why: 'answered in another shape than MLflow' };
}

async function unwrapped(asked: Promise<Lookup<z.infer<typeof one>>>): Promise<Lookup<RegistryVersion>> {
  const answer = await asked;
  return answer.kind === 'found' ? { kind: 'found', value: answer.value.model_version } : answer;
}

const API = '/api/2.0/mlflow';

/** One version of a model. */
export const versionOf = (address: RegistryAddress, name: string, number: string): Promise<Lookup<RegistryVersion>> =>
  unwrapped(askFor(one, ask(address, `${API}/model-versions/get`, { name, version: number })));

/** The version that an alias stands on. */
export const aliasOf = (address: RegistryAddress, name: string, alias: string): Promise<Lookup<RegistryVersion>> =>
  unwrapped(askFor(one, ask(address, `${API}/registered-models/alias`, { name, alias })));

/** Up to 1000 versions of a model. Names with a quote cannot be asked for. */
export async function versionsOf(address: RegistryAddress, name: string): Promise<Lookup<readonly RegistryVersion[]>> {
  if (/['"\\]/.test(name)) return { kind: 'unanswered', why: 'cannot be asked for a name with a quote' };
  const query = { filter: `name='${name}'`, max_results: '1000' };
  const answer = await askFor(many, ask(address, `${API}/model-versions/search`, query));
  return answer.kind === 'found' ? { kind: 'found', value: answer.value.model_versions ?? [] } : answer;
}

/** The `MLmodel` file of a version, as text. */
export const modelFileOf = (
  address: RegistryAddress,
  { name, version: number }: RegistryVersion,
): Promise<Lookup<string>> => ask(address, '/model-versions/get-artifact', { name, version: number, path: 'MLmodel' });
