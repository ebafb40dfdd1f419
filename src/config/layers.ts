import { type CheckSettings, DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import type { ConfigurationFile } from './schema.ts';

/** A configuration file and where it came from, organisation before repository. */
export interface Layer {
  readonly name: string;
  readonly file: ConfigurationFile;
}

export interface Effective {
  readonly settings: Settings;
  /** `gate.fail-on` to the name of the layer that decided it; absent keys are built in. */
  readonly origins: Readonly<Record<string, string>>;
  /** Keys a repository tried to change although the organisation locked them. */
  readonly refused: readonly { readonly key: string; readonly layer: string }[];
}

type Values = Record<string, unknown>;

/** Lists that add up over the layers; every other value is replaced by the later layer. */
const ADDED = new Set(['waivers', 'baseline']);
const FLAT = new Set(['version', 'lock']);

function* valuesOf(file: ConfigurationFile): Generator<readonly [string, unknown]> {
  for (const [key, value] of Object.entries(file)) {
    if (FLAT.has(key) || value === undefined) continue;
    const nested = typeof value === 'object' && !Array.isArray(value);
    if (!nested) yield [key, value];
    else for (const [inner, each] of Object.entries(value)) yield [`${key}.${inner}`, each];
  }
}

const isLocked = (key: string, locks: ReadonlySet<string>): boolean =>
  locks.has(key) || locks.has(key.split('.')[0] ?? key);

function checkSettings(value: unknown): CheckSettings {
  // Validated by the schema: a mode, or an object of mode and severity.
  return typeof value === 'string' ? { mode: value as NonNullable<CheckSettings['mode']> } : (value as CheckSettings);
}

function entriesOf(values: Values, prefix: string): Record<string, unknown> {
  const entries = Object.entries(values).filter(([key]) => key.startsWith(`${prefix}.`));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length + 1), value]));
}

function toSettings(values: Values): Settings {
  const pick = <T>(key: string, fallback: T): T => (values[key] === undefined ? fallback : (values[key] as T));
  const optional = (key: string, name: string): Record<string, unknown> =>
    values[key] === undefined ? {} : { [name]: values[key] };
  const { gate, review, paths, panel } = DEFAULT_SETTINGS;
  return {
    label: pick('label', DEFAULT_SETTINGS.label),
    gate: {
      failOn: pick('gate.fail-on', gate.failOn),
      requireLabel: pick('gate.require-label', gate.requireLabel),
      onError: pick('gate.on-error', gate.onError),
    },
    review: {
      commentOn: pick('review.comment-on', review.commentOn),
      maxComments: pick('review.max-comments', review.maxComments),
      drafts: pick('review.drafts', review.drafts),
      baseBranches: pick('review.base-branches', review.baseBranches),
      fixed: pick('review.fixed', review.fixed),
    },
    paths: { production: pick('paths.production', paths.production), ignore: pick('paths.ignore', paths.ignore) },
    declare: {
      ...optional('declare.monitoring', 'monitoring'),
      ...optional('declare.slo', 'slo'),
      ...optional('declare.serving-owner', 'servingOwner'),
      trustedOrganisations: pick('declare.trusted-organisations', []),
    },
    panel: { participants: pick('panel.participants', panel.participants) },
    checks: Object.fromEntries(
      Object.entries(entriesOf(values, 'checks')).map(([id, value]) => [id, checkSettings(value)]),
    ),
    waivers: pick('waivers', []),
    baseline: pick('baseline', []),
    decisions: entriesOf(values, 'decisions') as Settings['decisions'],
  };
}

function merged(before: unknown, key: string, value: unknown): unknown {
  return ADDED.has(key) && Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
}

/** Lays the layers over the built-in settings; a key that an earlier layer locked keeps its value. */
export function effectiveSettings(layers: readonly Layer[]): Effective {
  const values: Values = {};
  const origins: Record<string, string> = {};
  const refused: { key: string; layer: string }[] = [];
  const locks = new Set<string>();
  for (const { name, file } of layers) {
    for (const [key, value] of valuesOf(file)) {
      if (isLocked(key, locks)) {
        refused.push({ key, layer: name });
        continue;
      }
      values[key] = merged(values[key], key, value);
      origins[key] = name;
    }
    for (const key of file.lock ?? []) locks.add(key);
  }
  return { settings: toSettings(values), origins, refused };
}
