import type { Caller } from './auth.ts';
import type { Context } from './context.ts';
import { type Answer, Refusal } from './http.ts';

/** Answers a GraphQL request. */
export async function answerGraphql(_context: Context, caller: Caller, _body: unknown): Promise<Answer> {
  if (caller.kind === 'nobody') throw new Refusal(401, 'This endpoint requires you to be authenticated.');
  throw new Refusal(501, 'GraphQL is not there yet.');
}
