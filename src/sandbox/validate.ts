import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Description, describe, type Json, type Shape } from './schema.ts';

/** What a request says, apart from its headers. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
}

let description: Description | undefined;
const shapes = new Map<string, Shape | undefined>();

/** GitHub's own description of its REST API, read on first use (13 MB). */
function gitHub(): Description {
  description ??= describe(
    JSON.parse(
      readFileSync(createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8'),
    ) as Json,
  );
  return description;
}

/** The operation of a route such as `GET /repos/{owner}/{repo}`, or `undefined` when GitHub has none. */
function operation(route: string): Json | undefined {
  const [method = '', path = ''] = route.split(' ');
  const paths = gitHub().document.paths as Readonly<Record<string, Json>>;
  return paths[path]?.[method.toLowerCase()] as Json | undefined;
}

/** What in a request GitHub's description does not allow, as a sentence; `undefined` when all is well. */
export function faultInRequest(route: string, parts: RequestParts): string | undefined {
  if (operation(route) === undefined) return `GitHub has no ${route}.`;
  return (
    said('path', shapeOfParameters(route, 'path')({ ...parts.path })) ??
    said('query', shapeOfParameters(route, 'query')({ ...parts.query })) ??
    faultInBody(route, parts.body)
  );
}

function said(where: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${where}: ${fault}`;
}

function faultInBody(route: string, body: unknown): string | undefined {
  const described = gitHub().follow(operation(route)?.requestBody);
  const schema = jsonSchema(described);
  if (schema === undefined) return body === undefined || isEmpty(body) ? undefined : 'body: GitHub takes none here.';
  if (body === undefined) return described.required === true ? 'body: is missing' : undefined;
  return said('body', remembered(`${route} body`, () => gitHub().shape(schema))?.(body));
}

function isEmpty(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0;
}

/** What in an answer GitHub's description does not allow, as a sentence; `undefined` when all is well. */
export function faultInAnswer(route: string, status: number, body: unknown): string | undefined {
  const responses = operation(route)?.responses as Readonly<Record<string, unknown>> | undefined;
  const described = responses?.[String(status)];
  if (described === undefined)
    return status >= 400 ? faultInError(body) : `GitHub does not answer ${status} to ${route}.`;
  const schema = jsonSchema(gitHub().follow(described));
  if (body instanceof Uint8Array) return undefined;
  if (schema === undefined || status === 304) {
    return body === undefined || typeof body === 'string'
      ? undefined
      : `GitHub's ${status} to ${route} has no JSON body.`;
  }
  if (typeof body === 'string') return undefined;
  const fault = remembered(`${route} ${status}`, () => gitHub().shape(schema))?.(withoutKnownNulls(route, body));
  return said(`answer ${status}`, fault);
}

/** GitHub does send null here for outdated and file comments; its description of REST forgot to say so (that of webhooks says it). */
const KNOWN_NULLS = new Set(['line', 'original_line', 'position', 'original_position']);

function withoutKnownNulls(route: string, body: unknown): unknown {
  if (!/\/pulls\/.*comments/.test(route) || typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) return body.map((item) => withoutKnownNulls(route, item));
  return Object.fromEntries(Object.entries(body).filter(([key, value]) => value !== null || !KNOWN_NULLS.has(key)));
}

function faultInError(body: unknown): string | undefined {
  return remembered('basic-error', () => gitHub().shape({ $ref: '#/components/schemas/basic-error' }))?.(body);
}

function jsonSchema(described: Json): Json | undefined {
  const content = described.content as Readonly<Record<string, Json>> | undefined;
  return content?.['application/json']?.schema as Json | undefined;
}

function remembered(key: string, make: () => Shape): Shape | undefined {
  if (!shapes.has(key)) shapes.set(key, make());
  return shapes.get(key);
}

function shapeOfParameters(route: string, place: 'path' | 'query'): Shape {
  const make = () => {
    const all = ((operation(route)?.parameters ?? []) as readonly unknown[]).map((entry) => gitHub().follow(entry));
    const own = all.filter((parameter) => parameter.in === place);
    const properties = Object.fromEntries(own.map((parameter) => [parameter.name, parameter.schema]));
    const required = own.filter((parameter) => parameter.required === true).map((parameter) => parameter.name);
    return gitHub().shape({ type: 'object', properties, required, additionalProperties: false }, { coerce: true });
  };
  return remembered(`${route} ${place}`, make) ?? (() => undefined);
}
