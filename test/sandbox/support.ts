import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProbotOctokit } from 'probot';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.ts';

/** A webhook as it arrived. */
interface Arrived {
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly payload: Record<string, unknown>;
}

export interface Scene {
  readonly hub: Sandbox;
  readonly arrived: Arrived[];
  /** What the receiver answers from now on. */
  answer(status: number): void;
  close(): Promise<void>;
}

export const SECRET = 'a webhook secret of more than twenty characters';

/** A sandbox and a receiver of its webhooks. */
export async function scene(options: SandboxOptions = {}): Promise<Scene> {
  const arrived: Arrived[] = [];
  let status = 200;
  const receiver: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      arrived.push({ headers: request.headers, text, payload: JSON.parse(text) as Record<string, unknown> });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const hub = await startSandbox({ webhook: { url, secret: SECRET }, ...options });
  return {
    hub,
    arrived,
    answer: (next) => {
      status = next;
    },
    close: async () => {
      await hub.close();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    },
  };
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const calm = { retry: { enabled: false }, throttle: { enabled: false }, log: quiet };

/** The client of the App itself. */
export function appClient(hub: Sandbox) {
  return new ProbotOctokit({ baseUrl: hub.url, auth: { appId: hub.app.id, privateKey: hub.app.privateKey }, ...calm });
}

/** The client of the App's installation at an owner. */
export async function installationClient(hub: Sandbox, owner: string) {
  const { data } = await appClient(hub).rest.apps.listInstallations();
  const found = data.find((installation) => installation.account?.login === owner);
  const auth = { appId: hub.app.id, privateKey: hub.app.privateKey, installationId: found?.id ?? 0 };
  return new ProbotOctokit({ baseUrl: hub.url, auth, ...calm });
}

/** A client with a given token. */
export function tokenClient(hub: Sandbox, token: string) {
  return new ProbotOctokit({ baseUrl: hub.url, auth: { token }, ...calm });
}

/** The status and body of the error that a promise ends in; fails when it does not. */
export async function refused(
  promise: Promise<unknown>,
): Promise<{ status: number; body: Record<string, unknown>; headers: Record<string, string> }> {
  try {
    await promise;
  } catch (error) {
    const { status, response } = error as {
      status: number;
      response?: { data: Record<string, unknown>; headers: Record<string, string> };
    };
    return { status, body: response?.data ?? {}, headers: response?.headers ?? {} };
  }
  throw new Error('it was not refused');
}

/** Lines `1..count`, each its own number. */
export function numbered(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('');
}
