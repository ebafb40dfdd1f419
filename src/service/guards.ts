import { parse } from 'yaml';
import { z } from 'zod';

/** A reason not to start, or to say something at the start. One sentence with the mend. */
export interface Warning {
  /** With this the service must not start. */
  readonly fatal: boolean;
  readonly message: string;
}

const SHORTEST_SECRET = 20;
const DEFAULT_SECRETS = new Set([
  'development',
  'secret',
  'changeme',
  'change-me',
  'your-webhook-secret',
  'webhook_secret',
]);
const FEWEST_DIFFERENT_CHARACTERS = 8;

/** Judges the webhook secret. Whoever knows it may make the panel believe anything, and Probot's default is public. */
export function secretWarnings(secret: string | undefined): readonly Warning[] {
  const fatal = (message: string): readonly Warning[] => [{ fatal: true, message }];
  if (secret === undefined || secret === '') {
    return fatal('WEBHOOK_SECRET is not set; make one with `openssl rand -hex 32` and enter it at GitHub as well');
  }
  if (DEFAULT_SECRETS.has(secret.toLowerCase())) {
    return fatal('WEBHOOK_SECRET is a value that everybody knows; make one with `openssl rand -hex 32`');
  }
  if (secret.length < SHORTEST_SECRET) {
    return fatal(`WEBHOOK_SECRET has ${secret.length} characters where at least ${SHORTEST_SECRET} are needed`);
  }
  if (new Set(secret).size < FEWEST_DIFFERENT_CHARACTERS) {
    return fatal('WEBHOOK_SECRET repeats a few characters; make one with `openssl rand -hex 32`');
  }
  return [];
}

/** Throws a ConfigurationError when the service must not start with this webhook secret. */
export function refuseBadSecret(secret: string | undefined): void {
  const [problem] = secretWarnings(secret);
  if (problem !== undefined) throw Object.assign(new Error(problem.message), { name: 'ConfigurationError' });
}

export interface Grants {
  /** Permission to `read`, `write` or `admin`. */
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

const manifest = z.object({
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});

/** What the App's manifest (`app.yml`) asks for. Throws when it is not a manifest. */
export function grantsOf(manifestText: string): Grants {
  const { default_permissions, default_events } = manifest.parse(parse(manifestText));
  return { permissions: default_permissions, events: default_events };
}

const ACCESS = ['read', 'write', 'admin'];

/**
 * What is missing of the required grants, and what is granted beyond them. An edited manifest does not change an
 * existing App, and an added permission is held back until each administrator accepts it.
 */
export function grantWarnings(required: Grants, granted: Grants, whose: string): readonly Warning[] {
  const warnings: Warning[] = [];
  const say = (message: string): void => void warnings.push({ fatal: false, message });
  for (const [name, access] of Object.entries(required.permissions)) {
    const has = granted.permissions[name];
    if (has !== undefined && ACCESS.indexOf(has) >= ACCESS.indexOf(access)) continue;
    say(`${whose} grants ${has ?? 'no access'} to ${name} where ${access} is needed; grant it and have it accepted`);
  }
  for (const [name, access] of Object.entries(granted.permissions)) {
    const needs = required.permissions[name];
    if (needs !== undefined && ACCESS.indexOf(needs) >= ACCESS.indexOf(access)) continue;
    say(`${whose} grants ${access} to ${name}, more than the ${needs ?? 'nothing'} that is needed; take it back`);
  }
  for (const event of required.events.filter((name) => !granted.events.includes(name))) {
    say(`${whose} is not subscribed to ${event}; what it would start will not start`);
  }
  return warnings;
}

const grantAnswer = z.object({ permissions: z.record(z.string(), z.string()), events: z.array(z.string()) });

/** The grants in GitHub's answer to `GET /app` or `GET /app/installations`. */
export function grantsIn(answer: unknown): Grants {
  return grantAnswer.parse(answer);
}
