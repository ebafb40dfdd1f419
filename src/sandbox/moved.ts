import { type Caller, maySee } from './auth.ts';
import type { Context } from './context.ts';
import type { Answer } from './http.ts';
import { findMoved, fullName } from './lookup.ts';

/** The path of the API with the present name in place of a repository's number, which is what redirections point to. */
export function byName(context: Context, path: string): string {
  const [, number, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const found = context.state.repositories.find(({ id }) => String(id) === number);
  return found === undefined ? path : `/repos/${fullName(found)}${rest}`;
}

/** GitHub's answer for a repository under a name that it had: 301 to who reads, 307 to who writes, both to its number. */
export function movedAnswer(context: Context, caller: Caller, method: string, url: URL): Answer | undefined {
  const [, name = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
  const moved = findMoved(context.state, name);
  if (moved === undefined || !maySee(caller, moved)) return undefined;
  const location = `${context.url()}/repositories/${moved.id}${rest}${url.search}`;
  const body = {
    message: 'Moved Permanently',
    url: location,
    documentation_url: 'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects',
  };
  return { status: method === 'GET' ? 301 : 307, body, headers: { location } };
}
