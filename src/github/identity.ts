/** What a check run stands for: a result is worth nothing for another base, head or configuration. */
export interface RunIdentity {
  readonly pull: number;
  readonly base: string;
  readonly head: string;
  /** Digest of the effective configuration and of what people accepted. */
  readonly config: string;
}

const SHAPE = /^ml-review:(\d{1,10}):([0-9a-f]{7,64}):([0-9a-f]{7,64}):([0-9a-f]{1,64})$/;

/** The `external_id` of a check run. */
export function externalIdOf({ pull, base, head, config }: RunIdentity): string {
  return `ml-review:${pull}:${base}:${head}:${config}`;
}

/** Reads what {@link externalIdOf} wrote; undefined for anything else. */
export function readExternalId(text: string | null | undefined): RunIdentity | undefined {
  const match = SHAPE.exec(text ?? '');
  if (match === null) return undefined;
  const [, pull, base, head, config] = match;
  return { pull: Number(pull), base: base ?? '', head: head ?? '', config: config ?? '' };
}

/** The name that branch protection asks for. */
export const CHECK_NAME = 'ML Review Panel';

/**
 * A check run belongs to a commit, not to a pull request: a pass earned against a laxer branch would count for the
 * default branch as well. So only reviews against the default branch carry the bare name.
 */
export function checkNameFor(baseRef: string, defaultBranch: string): string {
  return baseRef === defaultBranch ? CHECK_NAME : `${CHECK_NAME} (${baseRef})`;
}
