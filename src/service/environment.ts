import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { secretWarnings } from './guards.ts';

export const ROLES = ['all', 'receiver', 'worker'] as const;
/** `receiver` takes webhooks, `worker` reviews, `all` does both. */
export type Role = (typeof ROLES)[number];

/** How the service runs, read from its environment and fully defaulted. */
export interface ServiceSettings {
  readonly role: Role;
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly secret: string;
  /** Absent for github.com. */
  readonly baseUrl?: string;
  /** Absent for one machine: the queue is then in process. */
  readonly redisUrl?: string;
  readonly host: string;
  readonly port: number;
  /** Health and metrics have a port of their own, which is never public. */
  readonly opsPort: number;
  readonly logLevel: string;
  /** Reviews at the same time in this process. */
  readonly concurrency: number;
  readonly cacheDir: string;
  readonly cacheMb: number;
  /** Time and JavaScript heap for the analysis of one change. */
  readonly analysisSeconds: number;
  readonly heapMb: number;
  /** The label that the reconciler looks for. */
  /** Run the participants' tools that are installed beside the panel's own checks. */
  readonly tools: boolean;
  readonly label: string;
  readonly reconcileMinutes: number;
  /** Time from SIGTERM until running reviews are handed back. */
  readonly graceSeconds: number;
}

export type EnvironmentReading =
  | { readonly ok: true; readonly settings: ServiceSettings; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const whole = (least: number, fallback: number) => z.coerce.number().int().min(least).default(fallback);

const schema = z.object({
  ML_REVIEW_ROLE: z.enum(ROLES).default('all'),
  APP_ID: z.coerce.number({ error: 'is not set; it is on the page of the App' }).int().positive(),
  PRIVATE_KEY: z.string({ error: 'is not set, nor is PRIVATE_KEY_PATH; make a key on the page of the App' }),
  WEBHOOK_SECRET: z.string().optional(),
  GITHUB_API_URL: z.url().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  ML_REVIEW_OPS_PORT: z.coerce.number().int().min(0).max(65_535).default(3_001),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ML_REVIEW_CONCURRENCY: whole(1, Math.max(1, Math.min(4, availableParallelism()))),
  ML_REVIEW_CACHE_DIR: z.string().default(join(tmpdir(), 'ml-review')),
  ML_REVIEW_CACHE_MB: whole(64, 4_096),
  ML_REVIEW_ANALYSIS_SECONDS: whole(1, 120),
  ML_REVIEW_HEAP_MB: whole(128, 1_024),
  ML_REVIEW_TOOLS: z.enum(['on', 'off']).default('off'),
  ML_REVIEW_LABEL: z.string().min(1).default('ml-review'),
  ML_REVIEW_RECONCILE_MINUTES: whole(1, 10),
  ML_REVIEW_GRACE_SECONDS: whole(0, 30),
});

/**
 * Reads the variables that `docs/operating.md` lists. `readText` reads the file that `PRIVATE_KEY_PATH` names and
 * throws when it cannot. Every mistake is one sentence that names its variable and never its value.
 */
export function readEnvironment(env: Environment, readText: (path: string) => string): EnvironmentReading {
  const mistakes: string[] = secretWarnings(env.WEBHOOK_SECRET).map(({ message }) => message);
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = schema.safeParse({ ...given, PRIVATE_KEY: privateKeyOf(env, readText, mistakes) });
  if (!read.success) {
    mistakes.push(...read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  } else if (!read.data.PRIVATE_KEY.includes('PRIVATE KEY-----')) {
    mistakes.push('PRIVATE_KEY is not a PEM file; paste the whole file, or name it in PRIVATE_KEY_PATH');
  } else if (read.data.ML_REVIEW_ROLE !== 'all' && read.data.REDIS_URL === undefined) {
    mistakes.push(`ML_REVIEW_ROLE=${read.data.ML_REVIEW_ROLE} needs REDIS_URL, or nothing would join it to the others`);
  }
  if (!read.success || mistakes.length > 0) return { ok: false, mistakes };
  const settings = settingsOf(read.data);
  return { ok: true, settings, secrets: secretsOf(settings) };
}

function privateKeyOf(env: Environment, readText: (path: string) => string, mistakes: string[]): string | undefined {
  const path = env.PRIVATE_KEY_PATH;
  // A PEM in one variable often has its line breaks written out, or is in base64.
  const inline = env.PRIVATE_KEY?.replaceAll('\\n', '\n');
  if (inline) return inline.includes('-----') ? inline : Buffer.from(inline, 'base64').toString('utf8');
  if (!path) return undefined;
  try {
    return readText(path);
  } catch {
    mistakes.push('PRIVATE_KEY_PATH names a file that cannot be read');
    return undefined;
  }
}

function settingsOf(env: z.infer<typeof schema>): ServiceSettings {
  return {
    role: env.ML_REVIEW_ROLE,
    appId: env.APP_ID,
    privateKey: env.PRIVATE_KEY,
    secret: env.WEBHOOK_SECRET ?? '',
    ...(env.GITHUB_API_URL === undefined ? {} : { baseUrl: env.GITHUB_API_URL }),
    ...(env.REDIS_URL === undefined ? {} : { redisUrl: env.REDIS_URL }),
    host: env.HOST,
    port: env.PORT,
    opsPort: env.ML_REVIEW_OPS_PORT,
    logLevel: env.LOG_LEVEL,
    concurrency: env.ML_REVIEW_CONCURRENCY,
    cacheDir: env.ML_REVIEW_CACHE_DIR,
    cacheMb: env.ML_REVIEW_CACHE_MB,
    analysisSeconds: env.ML_REVIEW_ANALYSIS_SECONDS,
    heapMb: env.ML_REVIEW_HEAP_MB,
    tools: env.ML_REVIEW_TOOLS === 'on',
    label: env.ML_REVIEW_LABEL,
    reconcileMinutes: env.ML_REVIEW_RECONCILE_MINUTES,
    graceSeconds: env.ML_REVIEW_GRACE_SECONDS,
  };
}

/** What the log masks by value. */
function secretsOf({ secret, privateKey, redisUrl }: ServiceSettings): readonly string[] {
  const password = redisUrl === undefined ? '' : decodeURIComponent(new URL(redisUrl).password);
  return [secret, privateKey, password].filter((text) => text !== '');
}
