import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';

/** Answers a page of the sandbox's web site. */
export async function answerPage(_context: Context, _url: URL): Promise<Answer> {
  return { status: 404, body: 'Not found', headers: { 'content-type': 'text/html; charset=utf-8' } };
}
