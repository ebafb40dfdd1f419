import type { KerasObject } from '../model.ts';
import { leaveOut, type Walk } from '../walk.ts';
import { jsonObjects } from './json-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** Every object of a Keras configuration that names a class or carries code. */
export function kerasObjects(config: unknown, path: string, walk: Walk): readonly KerasObject[] {
  const { objects, complete } = jsonObjects(config, walk.limits.records);
  if (!complete) leaveOut(walk, path, 'a Keras configuration with more values than are read');
  const found: KerasObject[] = [];
  for (const { route, value } of objects) {
    const className = stringOf(value.class_name);
    if (className === '') continue;
    const code = codeOf(value, className);
    const refers = refersTo(value, className);
    found.push({
      className,
      module: stringOf(value.module),
      registeredName: stringOf(value.registered_name),
      where: route,
      ...(code === undefined ? {} : { code }),
      ...(refers === '' ? {} : { refers }),
    });
    if (found.length >= 10_000) {
      leaveOut(walk, path, 'Keras objects behind the first 10,000');
      break;
    }
  }
  return found;
}

/** True when an object is the configuration of a Keras model. */
export function isKerasConfig(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { class_name: name, config } = value as Json;
  return typeof name === 'string' && typeof config === 'object' && config !== null;
}

function codeOf(value: Json, className: string): KerasObject['code'] {
  if (className === '__lambda__') return 'bytecode';
  const config = value.config as Json | string | null | undefined;
  if (className === 'function' && typeof config === 'string') return 'reference';
  if (className !== 'Lambda' || typeof config !== 'object' || config === null) return undefined;
  const body = config.function;
  const type = stringOf(config.function_type) || stringOf(config.output_shape_type);
  if (type === 'lambda' || Array.isArray(body)) return 'bytecode';
  if (typeof body === 'object' && body !== null) {
    return stringOf((body as Json).class_name) === '__lambda__' ? 'bytecode' : 'reference';
  }
  return type === 'raw' ? 'source' : 'reference';
}

function refersTo(value: Json, className: string): string {
  if (typeof value.config === 'string') return stringOf(value.config);
  const config = value.config as Json | null | undefined;
  if (typeof config !== 'object' || config === null) return '';
  if (/Lookup$|^TextVectorization$/.test(className)) return stringOf(config.vocabulary);
  return stringOf(config.function) || stringOf(config.fn_name);
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : '';
}
