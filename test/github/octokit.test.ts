import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { politeOctokit } from '../../src/github/octokit.ts';

interface Arrived {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly body: string;
}

/** Answers whatever `answer` says, and remembers what came. */
async function host(answer: (url: string) => { readonly status: number; readonly location?: string }) {
  const arrived: Arrived[] = [];
  const read = async (request: IncomingMessage): Promise<string> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    return body;
  };
  const server: Server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    arrived.push({ method, url, token: headers.authorization, body: await read(request) });
    const { status, location } = answer(url ?? '');
    const place = location === undefined ? {} : { location };
    response.writeHead(status, { 'content-type': 'application/json', ...place }).end('{"id":7}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { arrived, url, close };
}

const client = (baseUrl: string) => {
  const Polite = politeOctokit({ throttle: false });
  return new Polite({ baseUrl, auth: { token: 'ghs_secret' }, retry: { enabled: false } } as object);
};
const comment = { owner: 'acme', repo: 'old', pull_number: 1, comment_id: 2, body: 'hello' };

describe('a repository that moved', () => {
  test.each([301, 302, 307, 308])('a POST that is answered with %i is repeated as a POST', async (status) => {
    const github = await host((url) =>
      url.startsWith('/repos/') ? { status, location: '/repositories/5/pulls/1/comments/2/replies' } : { status: 201 },
    );
    const { data } = await client(github.url).rest.pulls.createReplyForReviewComment(comment);
    expect(data.id).toBe(7);
    expect(github.arrived.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual([
      ['POST', '/repos/acme/old/pulls/1/comments/2/replies', { body: 'hello' }],
      ['POST', '/repositories/5/pulls/1/comments/2/replies', { body: 'hello' }],
    ]);
    await github.close();
  });

  test('our token is not taken to another host', async () => {
    const other = await host(() => ({ status: 201 }));
    const github = await host(() => ({ status: 307, location: `${other.url}/repositories/5` }));
    const sent = client(github.url).rest.pulls.createReplyForReviewComment(comment);
    await expect(sent).rejects.toMatchObject({ status: 500 });
    expect(github.arrived).toHaveLength(1);
    expect(other.arrived).toEqual([]);
    await Promise.all([github.close(), other.close()]);
  });

  test('a circle ends', async () => {
    const github = await host((url) => ({ status: 301, location: url }));
    const asked = client(github.url).rest.repos.get({ owner: 'acme', repo: 'old' });
    await expect(asked).rejects.toMatchObject({ status: 500 });
    expect(github.arrived).toHaveLength(4);
    await github.close();
  });
});
