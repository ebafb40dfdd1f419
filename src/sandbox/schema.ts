import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A JSON schema or a part of an OpenAPI description. */
export type Json = Readonly<Record<string, unknown>>;

/** Says whether a value has a shape: `undefined` when it does, else one sentence with the place. */
export type Shape = (value: unknown) => string | undefined;

/** An OpenAPI 3.0 description of which single schemas are compiled when asked for. */
export interface Description {
  readonly document: Json;
  /** Follows a `$ref` once; other values come back as they are. */
  readonly follow: (value: unknown) => Json;
  readonly shape: (schema: Json, options?: { readonly coerce?: boolean }) => Shape;
}

/** Prepares a description; nothing is compiled yet. */
export function describe(document: Json): Description {
  const follow = (value: unknown): Json => {
    const json = (value ?? {}) as Json;
    return typeof json.$ref === 'string' ? (pointed(document, json.$ref) as Json) : json;
  };
  return { document, follow, shape: (schema, options = {}) => compile(document, schema, options.coerce === true) };
}

function pointed(document: Json, ref: string): unknown {
  let at: unknown = document;
  for (const step of ref.slice(2).split('/')) at = (at as Json)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}

function compile(document: Json, schema: Json, coerce: boolean): Shape {
  const ajv = new Ajv({ strict: false, logger: false, allErrors: false, coerceTypes: coerce ? 'array' : false });
  addFormats.default(ajv);
  const validate = ajv.compile(withDefinitions(document, schema));
  return (value) => (validate(value) ? undefined : firstError(validate));
}

/** In a union the branch that got furthest has the error worth reading. */
function firstError(validate: ValidateFunction): string {
  const all = validate.errors ?? [];
  // That null would have been allowed explains nothing.
  const telling = all.filter(
    (error) => error.params.type !== 'null' && error.keyword !== 'anyOf' && error.keyword !== 'oneOf',
  );
  const errors = telling.length > 0 ? telling : all;
  const depth = (path: string) => path.split('/').length;
  const deepest = errors.reduce(
    (best, error) => (depth(error.instancePath) > depth(best.instancePath) ? error : best),
    errors[0] ?? NONE,
  );
  const values = deepest.params?.allowedValues ?? deepest.params?.missingProperty ?? '';
  return `${deepest.instancePath || '/'} ${deepest.message ?? 'does not fit'} ${values === '' ? '' : JSON.stringify(values)}`.trim();
}

const NONE = { instancePath: '', message: 'does not fit', params: {} as Record<string, unknown> };

/** A self-contained schema: every component that is reached comes along under `$defs`. */
function withDefinitions(document: Json, schema: Json): Json {
  const definitions: Record<string, unknown> = {};
  const waiting: string[] = [];
  const name = (ref: string) => ref.slice(2).replaceAll('/', '.');
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== 'object' || value === null) return value;
    const json = value as Json;
    if (typeof json.$ref === 'string') {
      waiting.push(json.$ref);
      return { $ref: `#/$defs/${name(json.$ref)}` };
    }
    return allowNull(
      Object.fromEntries(
        Object.entries(json)
          .filter(kept)
          .map(([key, inner]) => [key, convert(inner)]),
      ),
    );
  };
  const root = convert(schema) as Json;
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (name(ref) in definitions) continue;
    definitions[name(ref)] = null;
    definitions[name(ref)] = convert(pointed(document, ref));
  }
  return { ...root, $defs: definitions };
}

function kept([key, value]: readonly [string, unknown]): boolean {
  const annotation = key === 'example' || key === 'examples' || key === 'externalDocs' || key.startsWith('x-');
  // A property may be called `example`; then its value is a schema.
  return !annotation || (typeof value === 'object' && value !== null && ('type' in value || '$ref' in value));
}

/** OpenAPI 3.0's `nullable`, which Ajv takes only next to `type` and never into `enum`. */
function allowNull(schema: Json): Json {
  if (schema.nullable !== true) return schema;
  const { nullable, ...rest } = schema;
  return { anyOf: [{ type: 'null' }, rest] };
}
