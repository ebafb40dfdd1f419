import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as overHttp, type RequestOptions } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** One request; nothing in it comes from the reviewed repository but as a value in a JSON body. */
export interface Ask {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Leash {
  readonly signal: AbortSignal;
  /** Milliseconds without a byte. */
  readonly stallMs: number;
  /** `host` or `host:port` that may have a private address, and plain http where that is this machine. */
  readonly trusted: ReadonlySet<string>;
}

const LOCAL: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Everything that is not the public internet. Source: IANA's special-purpose address registries. */
const SPECIAL = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL.addSubnet(network, bits, 'ipv6');
/** Of IPv6 only this part is handed out; mapped, local and multicast addresses lie outside. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** True for an address of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !SPECIAL.check(address, 'ipv4');
  return isIP(address) === 6 && GLOBAL.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

/** Why the address is not asked; undefined where it may be. Names are looked at once more when they are resolved. */
export function refusal(url: URL, trusted: Leash['trusted']): string | undefined {
  const ours = trusted.has(url.host);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && ours && LOCAL.has(url.hostname)))
    return `${url.host} is not asked over ${url.protocol.slice(0, -1)}`;
  if (url.username !== '' || url.password !== '') return `the address at ${url.host} holds credentials`;
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (ours || isIP(literal) === 0 || isPublic(literal)) return undefined;
  return `${url.host} is a private address`;
}

const PRIVATE = 'EPRIVATE';

/** Resolves a name and refuses private addresses; what was checked is what is connected to. */
const publicOnly: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { all: true }).then(
    (found) => {
      const [first] = found;
      if (first === undefined || found.some(({ address }) => !isPublic(address)))
        done(Object.assign(new Error('a private address'), { code: PRIVATE }), '', 0);
      else if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    },
    (error: NodeJS.ErrnoException) => done(error, '', 0),
  );
};

/** Sends one request and answers with its head; follows nothing. Rejects as node:http does. The address is to be checked first. */
export function send({ url, method, headers, body }: Ask, leash: Leash): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method,
    headers: { 'Accept-Encoding': 'identity', 'User-Agent': 'ml-review', ...headers },
    signal: leash.signal,
    agent: false,
    ...(leash.trusted.has(url.host) ? {} : { lookup: publicOnly }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, options, resolve);
    request.setTimeout(leash.stallMs, () => {
      request.destroy(Object.assign(new Error('silent'), { code: 'ESILENT' }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const WORDS: Readonly<Record<string, string>> = {
  [PRIVATE]: 'has a private address',
  ESILENT: 'does not answer in time',
  ABORT_ERR: 'does not answer in time',
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'broke the connection off',
  ENOTFOUND: 'is not known',
};

/** A failed request in words. Never its address, which may hold a signature. */
export function failureOf(url: URL, error: unknown, { signal }: Pick<Leash, 'signal'>): string {
  if (signal.aborted) return `${url.host} ${WORDS['ABORT_ERR']}`;
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return `${url.host} ${WORDS[code] ?? `cannot be read (${code})`}`;
}
