import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface LfsTestServer {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly seen: readonly Seen[];
  readonly close: () => Promise<void>;
}

export interface Routes {
  /** Answers the batch request; by default every object lies at `/objects/<oid>` of this server. */
  readonly batch?: (asked: readonly { oid: string; size: number }[], response: ServerResponse, host: string) => void;
  /** Answers everything else. */
  readonly rest: (request: IncomingMessage, response: ServerResponse, host: string) => void;
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

export const offered = (
  objects: readonly { oid: string; size: number }[],
  href: (oid: string) => string,
  header?: Record<string, string>,
): string =>
  JSON.stringify({
    transfer: 'basic',
    objects: objects.map(({ oid, size }) => ({
      oid,
      size,
      actions: { download: { href: href(oid), ...(header === undefined ? {} : { header }), expires_in: 60 } },
    })),
  });

/** A server that speaks the LFS batch protocol on a free port of this machine. */
export async function startLfsServer(routes: Routes): Promise<LfsTestServer> {
  const seen: Seen[] = [];
  let host = '';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const { authorization } = request.headers;
    seen.push({ method: request.method ?? '', url: request.url ?? '', authorization, body });
    if (!request.url?.endsWith('/info/lfs/objects/batch')) return routes.rest(request, response, host);
    const { objects } = JSON.parse(body) as { objects: readonly { oid: string; size: number }[] };
    if (routes.batch !== undefined) return routes.batch(objects, response, host);
    response.setHeader('Content-Type', 'application/vnd.git-lfs+json');
    response.end(offered(objects, (oid) => `http://${host}/objects/${oid}`));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { host, seen, close };
}
