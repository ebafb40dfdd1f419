import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** How far the operator lets us go to read the models behind pointers. Nothing of it ever comes from the reviewed repository. */
export interface FetchSettings {
  /** Bytes of one file, and of all files of one review together. */
  readonly fileBytes: number;
  readonly totalBytes: number;
  /** Milliseconds without a byte, and for all files of one review together. */
  readonly stallMs: number;
  readonly totalMs: number;
  /** `host` or `host:port` that may have a private address, and to which alone `token` is sent. */
  readonly host?: string;
  readonly token?: string;
  /** Absolute path of a DVC cache. */
  readonly dvcCache?: string;
}

const MEBIBYTE = 2 ** 20;

const count = (fallback: number) => z.coerce.number().int().min(1).max(1_048_576).default(fallback);

const schema = z
  .object({
    ML_REVIEW_FETCH_MODELS: z.enum(['on', 'off']).default('off'),
    ML_REVIEW_FETCH_FILE_MB: count(1_024),
    ML_REVIEW_FETCH_TOTAL_MB: count(4_096),
    ML_REVIEW_FETCH_HOST: z
      .string()
      .regex(/^[\w.[\]:-]+$/, 'is no host or host:port')
      .transform((host) => host.toLowerCase())
      .optional(),
    ML_REVIEW_FETCH_TOKEN: z.string().optional(),
    ML_REVIEW_DVC_CACHE: z.string().refine(isAbsolute, 'is no absolute path').optional(),
  })
  .refine(({ ML_REVIEW_FETCH_TOKEN: token, ML_REVIEW_FETCH_HOST: host }) => token === undefined || host !== undefined, {
    path: ['ML_REVIEW_FETCH_TOKEN'],
    message: 'needs ML_REVIEW_FETCH_HOST, the only host that it is sent to',
  });

/**
 * What the operator's environment allows; undefined where nothing is to be fetched. `asked` is the command line's `--fetch-models`.
 * Throws one sentence for a value that cannot be meant; it names the variable and never its value.
 */
export function fetchSettings(
  environment: Readonly<Record<string, string | undefined>>,
  asked = false,
): FetchSettings | undefined {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = schema.safeParse(given);
  if (!read.success) {
    const [first] = read.error.issues;
    throw new Error(`${first?.path.join('.')}: ${first?.message}`);
  }
  const said = read.data;
  if (!asked && said.ML_REVIEW_FETCH_MODELS === 'off') return undefined;
  return {
    fileBytes: said.ML_REVIEW_FETCH_FILE_MB * MEBIBYTE,
    totalBytes: said.ML_REVIEW_FETCH_TOTAL_MB * MEBIBYTE,
    stallMs: 30_000,
    totalMs: 900_000,
    ...(said.ML_REVIEW_FETCH_HOST === undefined ? {} : { host: said.ML_REVIEW_FETCH_HOST }),
    ...(said.ML_REVIEW_FETCH_TOKEN === undefined ? {} : { token: said.ML_REVIEW_FETCH_TOKEN }),
    ...(said.ML_REVIEW_DVC_CACHE === undefined ? {} : { dvcCache: said.ML_REVIEW_DVC_CACHE }),
  };
}
