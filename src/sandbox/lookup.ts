import type { Account, Label, Repository, State } from './state.ts';
import type { Level } from './types.ts';

/** Time of the sandbox as GitHub writes it: whole seconds, UTC. */
export function stamp(state: State): string {
  return iso(state.now());
}

/** A time in milliseconds as GitHub writes it. */
export function iso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A node id of the shape GitHub uses; `kind` is its prefix, such as `PRRC`. */
export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

/** The number inside a node id of that kind, or `undefined`. */
export function fromNodeId(kind: string, node: string): number | undefined {
  if (!node.startsWith(`${kind}_`)) return undefined;
  const id = Number(Buffer.from(node.slice(kind.length + 1), 'base64url').toString());
  return Number.isSafeInteger(id) ? id : undefined;
}

/** The account of that login, made on first use. */
export function account(state: State, login: string, type: Account['type'] = 'User'): Account {
  const known = state.accounts.get(login.toLowerCase());
  if (known !== undefined) return known;
  const made: Account = { id: state.nextId(), login, type };
  state.accounts.set(login.toLowerCase(), made);
  return made;
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

/** The repository of that `owner/name` (case does not matter), or `undefined`. */
export function findRepository(state: State, name: string): Repository | undefined {
  const wanted = name.toLowerCase();
  return state.repositories.find((repository) => fullName(repository).toLowerCase() === wanted);
}

/** The repository that had that name once, or `undefined`. */
export function findMoved(state: State, name: string): Repository | undefined {
  return findRepository(state, name) === undefined ? state.moved.get(name.toLowerCase()) : undefined;
}

/** The label of that name, made on first use as GitHub does. */
export function label(state: State, repository: Repository, name: string): Label {
  const known = repository.labels.get(name.toLowerCase());
  if (known !== undefined) return known;
  const made: Label = { id: state.nextId(), name, color: 'ededed' };
  repository.labels.set(name.toLowerCase(), made);
  return made;
}

/** What a person may do: what was set, else the owner is an administrator and everybody may read what is public. */
export function levelOf(repository: Repository, login: string): Level {
  const set = repository.levels.get(login.toLowerCase());
  if (set !== undefined) return set;
  if (repository.owner.login.toLowerCase() === login.toLowerCase()) return 'admin';
  return repository.private ? 'none' : 'read';
}
