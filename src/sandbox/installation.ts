import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import { fullName, nodeId, stamp } from './lookup.ts';
import { installationShape } from './present/app.ts';
import { accountShape } from './present/basics.ts';
import type { Account, Installation, Repository } from './state.ts';
import { send } from './webhooks.ts';

/** The App's installation at an account, made on first use. */
export function installationAt(context: Context, owner: Account): Installation {
  const { installations, nextId } = context.state;
  const known = installations.find((candidate) => candidate.account.id === owner.id);
  if (known !== undefined) return known;
  const made: Installation = { id: nextId(), account: owner, createdAt: stamp(context.state) };
  installations.push(made);
  return made;
}

/** Sends the `installation` event, which every App gets without subscribing. */
export async function tellInstallation(
  context: Context,
  repository: Repository,
  action: 'created' | 'deleted',
): Promise<void> {
  const installation = installationAt(context, repository.owner);
  const { id, name, private: hidden } = repository;
  const payload = {
    action,
    installation: installationShape(context, installation),
    repositories: [{ id, node_id: nodeId('R', id), name, full_name: fullName(repository), private: hidden }],
    requester: null,
    sender: accountShape(context, repository.owner),
  };
  await send(context, {
    event: 'installation',
    action,
    payload,
    guid: randomUUID(),
    redelivery: false,
    repositoryId: null,
    installationId: installation.id,
  });
}
