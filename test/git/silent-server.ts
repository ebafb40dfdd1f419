import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that takes every request and never answers. */
export interface SilentServer {
  readonly url: string;
  /** Resolves when a request has come. */
  readonly asked: Promise<unknown>;
  /** Resolves when whoever asked has hung up. */
  readonly left: Promise<unknown>;
  close(): Promise<void>;
}

export async function silentServer(): Promise<SilentServer> {
  const server = createServer();
  const asked = once(server, 'request');
  const left = new Promise((done) => server.on('connection', (socket) => socket.on('close', done)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    left,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
