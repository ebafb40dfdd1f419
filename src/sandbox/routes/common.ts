import { repositoryOf } from '../auth.ts';
import { resolveCommit } from '../git.ts';
import { type Answer, notFound, Refusal } from '../http.ts';
import type { Call } from '../router.ts';
import type { PullRequest, Repository } from '../state.ts';

/** A query parameter that is given once. */
export function one(call: Call, name: string): string | undefined {
  const value = call.query[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** One page of a list with GitHub's Link header; 30 a page unless asked, 100 at most. `wrap` makes the body of the page. */
export async function page<T>(
  call: Call,
  all: readonly T[],
  shape: (item: T) => unknown,
  wrap: (items: readonly unknown[]) => unknown = (items) => items,
): Promise<Answer> {
  const size = Math.min(100, Math.max(1, Number(one(call, 'per_page') ?? 30)));
  const number = Math.max(1, Number(one(call, 'page') ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const items = await Promise.all(all.slice((number - 1) * size, number * size).map(shape));
  const link = links(call, number, last);
  return { status: 200, body: wrap(items), ...(link === '' ? {} : { headers: { link } }) };
}

function links(call: Call, number: number, last: number): string {
  const to = (target: number, rel: string) => {
    const url = new URL(call.url);
    url.searchParams.set('page', String(target));
    return `<${url.href}>; rel="${rel}"`;
  };
  const back = number > 1 ? [to(number - 1, 'prev'), to(1, 'first')] : [];
  const on = number < last ? [to(number + 1, 'next'), to(last, 'last')] : [];
  return [...back, ...on].join(', ');
}

/** The pull request that `pull_number` or `issue_number` names. */
export function pullOf(call: Call): PullRequest {
  const number = Number(call.path.pull_number ?? call.path.issue_number);
  const found = repositoryOf(call).pulls.find((pull) => pull.number === number);
  if (found === undefined) throw notFound();
  return found;
}

/** The commit that a name means; a 422 in GitHub's words when there is none. */
export async function commitOf(repository: Repository, name: string): Promise<string> {
  const sha = await resolveCommit(repository.git, name);
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return sha;
}

/** A body that GitHub would store: not blank, not over its two limits. */
export function checkBody(body: unknown, resource: string): void {
  if (typeof body !== 'string') return;
  if (body.trim() === '')
    throw new Refusal(422, 'Validation Failed', { errors: [{ resource, field: 'body', code: 'missing_field' }] });
  const tooLong = [...body].length > 65_536 || Buffer.byteLength(body) > 262_144;
  if (!tooLong) return;
  const message = 'body is too long (maximum is 65536 characters)';
  throw new Refusal(422, 'Validation Failed', { errors: [{ resource, field: 'body', code: 'custom', message }] });
}
