import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './auth.ts';
import type { Context } from './context.ts';
import type { Answer } from './http.ts';
import type { Access } from './types.ts';

/** One authenticated request to a route. */
export interface Call {
  readonly context: Context;
  readonly caller: Caller;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
}

/** A route of GitHub's description and what is done there. */
export interface Route {
  /** `METHOD /template` exactly as in the description. */
  readonly route: string;
  /** `jwt` = the App itself; else what an installation needs, any one of them. */
  readonly needs: 'jwt' | 'installation' | readonly (readonly [permission: string, access: Access])[];
  /** Throws GitHub's own 422 for what its description forbids too; run before the description is asked. */
  readonly limits?: (call: Call) => void;
  readonly answer: (call: Call) => Promise<Answer> | Answer;
}

/** Parameters that may hold slashes. */
const GREEDY = new Set(['path', 'basehead', 'ref', 'name']);

interface Compiled {
  readonly route: Route;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Finds the route and its path parameters for a method and a path. */
export function createRouter(
  routes: readonly Route[],
): (
  method: string,
  path: string,
) => { readonly route: Route; readonly path: Readonly<Record<string, string>> } | undefined {
  // Fixed words win over parameters, so `pulls/comments` is not a pull request called "comments".
  const compiled = routes
    .map(compile)
    .sort((a, b) => a.names.length - b.names.length || b.route.route.length - a.route.route.length);
  return (method, path) => {
    for (const candidate of compiled) {
      if (candidate.method !== method) continue;
      const match = candidate.pattern.exec(path);
      if (match === null) continue;
      const values = candidate.names.map((name, index) => [name, decode(match[index + 1] ?? '')] as const);
      return { route: candidate.route, path: Object.fromEntries(values) };
    }
    return undefined;
  };
}

function compile(route: Route): Compiled {
  const [method = '', template = ''] = route.route.split(' ');
  const names: string[] = [];
  const pattern = template.replaceAll(/[.]/g, '\\.').replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
    names.push(name);
    return name === 'path' ? '(.*)' : GREEDY.has(name) ? '(.+)' : '([^/]+)';
  });
  return { route, method, names, pattern: new RegExp(`^${pattern}$`) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
