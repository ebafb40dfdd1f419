import { grants, issueToken, maySee } from '../auth.ts';
import { LIMITS } from '../context.ts';
import { type Answer, notFound, Refusal } from '../http.ts';
import { fullName, iso } from '../lookup.ts';
import { appShape, installationShape } from '../present/app.ts';
import { repositoryShape } from '../present/basics.ts';
import type { Call, Route } from '../router.ts';
import type { Installation } from '../state.ts';
import type { Permissions } from '../types.ts';
import { page } from './common.ts';

function installationOf(call: Call): Installation {
  const id = Number(call.path.installation_id);
  const found = call.context.state.installations.find((installation) => installation.id === id);
  if (found === undefined) throw notFound();
  return found;
}

/** Permissions of a new token: what the App has, or the part of it that was asked for. */
function narrowed(call: Call): Permissions {
  const granted: Permissions = { metadata: 'read', ...call.context.state.app.permissions };
  const asked = call.body.permissions as Permissions | undefined;
  if (asked === undefined) return granted;
  if (!Object.entries(asked).every(([name, access]) => grants(granted, name, access))) {
    throw new Refusal(422, 'The permissions requested are not granted to this installation.');
  }
  return { metadata: 'read', ...asked };
}

function chosen(call: Call, installation: Installation): readonly number[] | null {
  const ids = (call.body.repository_ids ?? []) as readonly number[];
  const names = (call.body.repositories ?? []) as readonly string[];
  if (ids.length + names.length > LIMITS.narrowedRepositories)
    throw new Refusal(422, 'Too many repositories requested.');
  if (ids.length + names.length === 0) return null;
  const own = call.context.state.repositories.filter(
    (repository) => repository.installed && repository.owner.id === installation.account.id,
  );
  const found = [
    ...ids.map((id) => own.find((repository) => repository.id === id)),
    ...names.map((name) => own.find((repository) => repository.name === name)),
  ];
  return found.map((repository) => {
    if (repository !== undefined) return repository.id;
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  });
}

function createToken(call: Call): Answer {
  const installation = installationOf(call);
  const permissions = narrowed(call);
  const ids = chosen(call, installation);
  const { token, expiresAt } = issueToken(call.context.state, installation, permissions, ids);
  const repositories = call.context.state.repositories.filter((repository) => ids?.includes(repository.id));
  const body = {
    token,
    expires_at: iso(expiresAt),
    permissions,
    repository_selection: ids === null ? 'all' : 'selected',
    ...(ids === null
      ? {}
      : { repositories: repositories.map((repository) => repositoryShape(call.context, repository)) }),
  };
  return { status: 201, body };
}

function listRepositories(call: Call): Promise<Answer> {
  const seen = call.context.state.repositories.filter((repository) => maySee(call.caller, repository));
  return page(
    call,
    seen,
    (repository) => repositoryShape(call.context, repository),
    (repositories) => ({
      total_count: seen.length,
      repositories,
    }),
  );
}

function installationOfRepository(call: Call): Answer {
  const { state } = call.context;
  const name = `${call.path.owner}/${call.path.repo}`.toLowerCase();
  const repository = state.repositories.find(
    (candidate) => fullName(candidate).toLowerCase() === name && candidate.installed,
  );
  const installation = state.installations.find((candidate) => candidate.account.id === repository?.owner.id);
  if (installation === undefined) throw notFound();
  return { status: 200, body: installationShape(call.context, installation) };
}

/** In the list the description wants of an account what an enterprise has as well. */
function listed(call: Call, installation: Installation) {
  const shape = installationShape(call.context, installation);
  const { login } = installation.account;
  const enterprise = {
    name: login,
    slug: login,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
  };
  return { ...shape, account: { ...(shape.account as object), ...enterprise } };
}

/** The App, its installations and their tokens. */
export const appRoutes: readonly Route[] = [
  { route: 'GET /app', needs: 'jwt', answer: (call) => ({ status: 200, body: appShape(call.context) }) },
  {
    route: 'GET /app/installations',
    needs: 'jwt',
    answer: (call) => page(call, call.context.state.installations, (installation) => listed(call, installation)),
  },
  {
    route: 'GET /app/installations/{installation_id}',
    needs: 'jwt',
    answer: (call) => ({ status: 200, body: installationShape(call.context, installationOf(call)) }),
  },
  { route: 'POST /app/installations/{installation_id}/access_tokens', needs: 'jwt', answer: createToken },
  { route: 'GET /repos/{owner}/{repo}/installation', needs: 'jwt', answer: installationOfRepository },
  { route: 'GET /installation/repositories', needs: 'installation', answer: listRepositories },
];
