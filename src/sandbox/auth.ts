import { createVerify, randomBytes } from 'node:crypto';
import { type Context, LIMITS } from './context.ts';
import { forbidden, notFound, Refusal } from './http.ts';
import { findRepository, levelOf } from './lookup.ts';
import type { Call, Route } from './router.ts';
import type { Account, Installation, Repository, State } from './state.ts';
import type { Level, Permissions } from './types.ts';

/** Who sends a request. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'app' }
  | { readonly kind: 'user'; readonly user: Account }
  | {
      readonly kind: 'installation';
      readonly installation: Installation;
      readonly permissions: Permissions;
      /** `null` is every repository of the installation. */
      readonly repositoryIds: readonly number[] | null;
    };

/** A caller as the log writes it. */
export function nameOfCaller(caller: Caller): string {
  if (caller.kind === 'installation') return `installation:${caller.installation.id}`;
  return caller.kind === 'user' ? `user:${caller.user.login}` : caller.kind;
}

/** The account that what a caller writes is signed with. */
export function authorOf(state: State, caller: Caller): Account {
  return caller.kind === 'user' ? caller.user : state.app.bot;
}

const bad = (message: string) => new Refusal(401, message);

/** Reads the Authorization header: `bearer`, `token` or basic (git's way). Throws GitHub's 401. */
export function authenticate(context: Context, header: string | undefined): Caller {
  if (header === undefined) return { kind: 'nobody' };
  const secret = secretOf(header);
  if (secret.startsWith('gh')) return callerOfToken(context.state, secret);
  verifyJwt(context.state, secret);
  return { kind: 'app' };
}

function secretOf(header: string): string {
  const space = header.indexOf(' ');
  const rest = header.slice(space + 1).trim();
  if (header.slice(0, space).toLowerCase() !== 'basic') return rest;
  const pair = Buffer.from(rest, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

function callerOfToken(state: State, secret: string): Caller {
  const token = state.tokens.get(secret);
  if (token === undefined || token.expiresAt <= state.now()) throw bad('Bad credentials');
  return token.holder;
}

function verifyJwt(state: State, jwt: string): void {
  const [head = '', payload = '', signature = '', ...more] = jwt.split('.');
  const claims = decode(payload);
  if (more.length > 0 || decode(head)?.alg !== 'RS256' || claims === undefined) {
    throw bad('A JSON web token could not be decoded');
  }
  const signed = createVerify('RSA-SHA256').update(`${head}.${payload}`);
  if (!signed.verify(state.app.publicKey, Buffer.from(signature, 'base64url'))) {
    throw bad('A JSON web token could not be decoded');
  }
  const now = state.now() / 1000;
  const { exp, iat, iss } = claims;
  if (String(iss) !== String(state.app.id) && iss !== state.app.clientId)
    throw new Refusal(404, 'Integration not found');
  if (typeof iat !== 'number' || iat > now + 60) {
    throw bad("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  if (typeof exp !== 'number' || exp <= now) {
    throw bad(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + 660) throw bad("'Expiration time' claim ('exp') is too far in the future");
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes an installation token of the long, stateless shape, and remembers it. */
export function issueToken(
  state: State,
  installation: Installation,
  permissions: Permissions,
  repositoryIds: readonly number[] | null,
) {
  const expiresAt = state.now() + LIMITS.tokenMs;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'sandbox',
    sub: String(installation.id),
    exp: Math.floor(expiresAt / 1000),
    jti: randomBytes(8).toString('hex'),
  };
  const jwt = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(128).toString('base64url')}`;
  const token = `ghs_${state.app.id}_${jwt}`;
  state.tokens.set(token, {
    token,
    expiresAt,
    holder: { kind: 'installation', installation, permissions, repositoryIds },
  });
  return { token, expiresAt };
}

/** True when the caller may see the repository at all. */
export function maySee(caller: Caller, repository: Repository): boolean {
  if (caller.kind === 'user') return levelOf(repository, caller.user.login) !== 'none';
  if (caller.kind !== 'installation') return false;
  const chosen = caller.repositoryIds === null || caller.repositoryIds.includes(repository.id);
  return repository.installed && chosen && repository.owner.id === caller.installation.account.id;
}

/** Throws GitHub's answer unless the caller may use the route. */
export function authorize(route: Route, call: Call): void {
  const { caller } = call;
  if (caller.kind === 'nobody') throw new Refusal(401, 'Requires authentication');
  if (route.needs === 'jwt') {
    if (caller.kind !== 'app') throw bad('A JSON web token could not be decoded');
    return;
  }
  if (caller.kind === 'app')
    throw new Refusal(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
    );
  if ('owner' in call.path && 'repo' in call.path) checkWritable(route, repositoryOf(call));
  if (route.needs === 'installation') return;
  if (caller.kind === 'user') {
    if (route.needs.some(([name, access]) => name === 'checks' && access === 'write'))
      throw new Refusal(403, 'You must authenticate via a GitHub App.');
    return;
  }
  if (!route.needs.some(([name, access]) => grants(caller.permissions, name, access))) throw forbidden();
}

function checkWritable({ route }: Route, { archived }: Repository): void {
  if (archived && !route.startsWith('GET ')) throw new Refusal(403, 'Repository was archived so is read-only.');
}

/** True when the permissions allow that access; `write` includes `read`. */
export function grants(permissions: Permissions, name: string, access: 'read' | 'write'): boolean {
  const granted = name === 'metadata' ? 'read' : permissions[name];
  return granted === 'write' || granted === access;
}

/** The repository that a call names; 404 where the caller may not see it. */
export function repositoryOf(call: Call): Repository {
  const found = findRepository(call.context.state, `${call.path.owner}/${call.path.repo}`);
  if (found === undefined || !maySee(call.caller, found)) throw notFound();
  return found;
}

/** What an account may do in a repository; a bot may do nothing as a collaborator. */
export function levelFor(repository: Repository, account: Account): Level {
  return account.type === 'Bot' ? 'none' : levelOf(repository, account.login);
}
