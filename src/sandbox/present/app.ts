import type { Context } from '../context.ts';
import { nodeId } from '../lookup.ts';
import type { Installation } from '../state.ts';
import { accountShape, type Shape } from './basics.ts';

/** `integration`: the App itself. */
export function appShape(context: Context): Shape {
  const { app } = context.state;
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    client_id: app.clientId,
    owner: accountShape(context, app.owner),
    name: app.name,
    description: '',
    external_url: `${context.url()}/apps/${app.slug}`,
    html_url: `${context.url()}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
  };
}

/** `installation`. */
export function installationShape(context: Context, installation: Installation): Shape {
  const { app, repositories } = context.state;
  const own = repositories.filter((repository) => repository.owner.id === installation.account.id);
  return {
    id: installation.id,
    node_id: nodeId('MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u', installation.id),
    client_id: app.clientId,
    account: accountShape(context, installation.account),
    repository_selection: own.every((repository) => repository.installed) ? 'all' : 'selected',
    access_tokens_url: `${context.url()}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${context.url()}/installation/repositories`,
    html_url: `${context.url()}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
  };
}
