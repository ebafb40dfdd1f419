import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { failureOf, type Leash, refusal, send } from './wire.ts';

/** The Git LFS server of a repository, found from its remote alone: a `.lfsconfig` is the reviewed repository's and is not read. */
export interface LfsServer {
  /** `https://host/owner/name.git/info/lfs`. */
  readonly url: URL;
  /** Sent to that host and nowhere else. */
  readonly token?: string;
}

export interface LfsObject {
  readonly oid: string;
  readonly size: number;
}

/** Where an object lies, or why it cannot be had. */
export type Offer =
  | { readonly kind: 'offered'; readonly url: URL; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly why: string };

const MEDIA = 'application/vnd.git-lfs+json';
const MOST_ANSWER = 4 * 2 ** 20;
const MOST_HOPS = 3;

const answer = z.object({
  transfer: z.string().optional(),
  objects: z.array(
    z.object({
      oid: z.string(),
      actions: z
        .object({
          download: z.object({ href: z.string(), header: z.record(z.string(), z.string()).nullish() }).optional(),
        })
        .optional(),
      error: z.object({ code: z.number() }).optional(),
    }),
  ),
});

/** The server that belongs to a remote, as the LFS documentation derives it; undefined for remotes that are no server. */
export function lfsUrl(remote: string): URL | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/|:)\/?(.+)$/.exec(remote);
  const address = scp === null ? remote : `ssh://${scp[1]}/${scp[2]}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!/^(https?|ssh|git\+ssh):$/.test(url.protocol) || url.hostname === '') return undefined;
  const base = url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : `https://${url.hostname}`;
  const path = url.pathname.replace(/\/+$/, '').replace(/(\.git)?$/, '.git');
  return new URL(`${base}${path}/info/lfs`);
}

const authorization = ({ token }: LfsServer): Readonly<Record<string, string>> =>
  token === undefined ? {} : { Authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}` };

/** Asks where the objects are. One request, never redirected. Rejects as node:http does. */
export async function askBatch(
  server: LfsServer,
  objects: readonly LfsObject[],
  leash: Leash,
): Promise<ReadonlyMap<string, Offer> | string> {
  const url = new URL(`${server.url.href}/objects/batch`);
  const why = refusal(url, leash.trusted);
  if (why !== undefined) return why;
  const headers = { Accept: MEDIA, 'Content-Type': MEDIA, ...authorization(server) };
  const body = JSON.stringify({ operation: 'download', transfers: ['basic'], objects });
  const response = await send({ url, method: 'POST', headers, body }, leash);
  if (response.statusCode !== 200) {
    response.destroy();
    return `${url.host} answers ${response.statusCode} where it is asked for the objects`;
  }
  const read = answer.safeParse(await jsonOf(response));
  if (!read.success || (read.data.transfer ?? 'basic') !== 'basic')
    return `${url.host} answers something else than the LFS protocol`;
  return new Map(objects.map(({ oid }) => [oid, offerOf(oid, read.data, server)]));
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_ANSWER) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function offerOf(oid: string, { objects }: z.infer<typeof answer>, server: LfsServer): Offer {
  const found = objects.find((object) => object.oid === oid);
  const { host } = server.url;
  if (found?.error !== undefined) return { kind: 'refused', why: `${host} answers ${found.error.code} for the object` };
  const action = found?.actions?.download;
  if (action === undefined || !URL.canParse(action.href))
    return { kind: 'refused', why: `${host} does not say where the object is` };
  const url = new URL(action.href);
  const said = Object.entries(action.header ?? {}).filter(
    ([name]) => !/^(host|content-|transfer-|connection)/i.test(name),
  );
  // Without credentials of its own an address on the same server takes ours.
  const own = said.some(([name]) => /^authorization$/i.test(name)) || url.host !== host ? {} : authorization(server);
  return { kind: 'offered', url, headers: { ...own, ...Object.fromEntries(said) } };
}

/**
 * Brings one object into `target` and proves that it is the one named: size and SHA-256. Answers with why it could not be had,
 * undefined where it could. Headers do not follow a redirection to another origin.
 */
export async function download(
  offer: Extract<Offer, { kind: 'offered' }>,
  object: LfsObject,
  target: string,
  leash: Leash,
): Promise<string | undefined> {
  let { url, headers } = offer;
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const step = await stepTo(url, headers, object, target, leash).catch((error: unknown) =>
      failureOf(url, error, leash),
    );
    if (!(step instanceof URL)) return step;
    if (step.origin !== url.origin) headers = {};
    url = step;
  }
  return `${url.host} is behind more than ${MOST_HOPS} redirections`;
}

/** One request for an object: the next address where it is redirected, else as `download` answers. */
async function stepTo(
  url: URL,
  headers: Readonly<Record<string, string>>,
  object: LfsObject,
  target: string,
  leash: Leash,
): Promise<URL | string | undefined> {
  const why = refusal(url, leash.trusted);
  if (why !== undefined) return why;
  const response = await send({ url, method: 'GET', headers }, leash);
  if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return received(response, url, object, target);
  response.destroy();
  const { location } = response.headers;
  if (location === undefined || !URL.canParse(location, url.href)) return `${url.host} redirects to nowhere`;
  return new URL(location, url);
}

async function received(
  response: IncomingMessage,
  { host }: URL,
  { oid, size }: LfsObject,
  target: string,
): Promise<string | undefined> {
  const declared = Number(response.headers['content-length'] ?? size);
  if (response.statusCode !== 200 || declared !== size) {
    response.destroy();
    if (response.statusCode !== 200) return `${host} answers ${response.statusCode} for the object`;
    return `${host} offers ${declared} bytes where the pointer says ${size}`;
  }
  const hash = createHash('sha256');
  const file = await open(target, 'wx', 0o600);
  let got = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      got += chunk.length;
      if (got > size) return `${host} sends more than the ${size} bytes of the pointer`;
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    response.destroy();
    await file.close();
  }
  if (got < size) return `${host} sends ${got} of ${size} bytes`;
  return hash.digest('hex') === oid
    ? undefined
    : `what ${host} sends is not what the pointer names: its SHA-256 differs`;
}
