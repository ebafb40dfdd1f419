import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves one listener on a free port of 127.0.0.1 while `use` runs. */
export async function serving<Value>(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => Promise<Value>,
): Promise<Value> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
