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
  const plain = compiler(document, false);
  const coercing = compiler(document, true);
  return { document, follow, shape: (schema, options = {}) => (options.coerce === true ? coercing : plain)(schema) };
}

function pointed(document: Json, ref: string): unknown {
  let at: unknown = document;
  for (const step of ref.slice(2).split('/')) at = (at as Json)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}

/** Compiles schemas of one description; a component that many of them name is compiled once. */
function compiler(document: Json, coerce: boolean): (schema: Json) => Shape {
  const ajv = new Ajv({
    strict: false,
    logger: false,
    coerceTypes: coerce ? 'array' : false,
    // The description is GitHub's and big: what saves time here is not to check, inline or polish it.
    validateSchema: false,
    meta: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  addFormats.default(ajv);
  const known = new Set<string>();
  return (schema) => {
    const { converted, reached } = convert(schema);
    for (let ref = reached.pop(); ref !== undefined; ref = reached.pop()) {
      if (known.has(ref)) continue;
      known.add(ref);
      const component = convert(pointed(document, ref) as Json);
      ajv.addSchema(component.converted, keyOf(ref));
      reached.push(...component.reached);
    }
    const validate = ajv.compile(converted);
    return (value) => (validate(value) ? undefined : firstError(validate));
  };
}

function keyOf(ref: string): string {
  return ref.slice(2).replaceAll('/', '.');
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

/** The schema as Ajv takes it, and the components that it names. */
function convert(schema: Json): { readonly converted: Json; readonly reached: string[] } {
  const reached: string[] = [];
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const json = value as Json;
    if (typeof json.$ref === 'string') {
      reached.push(json.$ref);
      return { $ref: keyOf(json.$ref) };
    }
    const entries = Object.entries(json).filter(kept);
    return allowNull(Object.fromEntries(entries.map(([key, inner]) => [key, walk(inner)])));
  };
  return { converted: walk(schema) as Json, reached };
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
