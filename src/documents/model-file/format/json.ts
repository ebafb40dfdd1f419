import type { Described, NamedImport, Template } from '../model.ts';
import { decodeText } from '../source.ts';
import { keptText, leaveOut, type PartInput, type Reader, type Walk } from '../walk.ts';
import { decodeJson, jsonObjects, parsePythonJson } from './json-text.ts';
import { isKerasConfig, kerasObjects } from './keras-config.ts';

type Json = Readonly<Record<string, unknown>>;

/** JSON beside and inside models; what it holds decides which kind it is. */
export const readJson: Reader = (part, walk) => {
  if (part.source.size > walk.limits.textBytes) return largeJson(part, walk);
  const value = parsePythonJson(decodeJson(part.source.read(0, part.source.size)));
  if (typeof value !== 'object' || value === null) return { kind: 'json' };
  const json = value as Json;
  if (Array.isArray(value)) return { kind: 'json' };
  if ('__loader__' in json && '__class__' in json) return { kind: 'json', imports: skopsImports(value, part, walk) };
  const keras = isKerasConfig(value) || isKerasConfig(json.model_config) ? kerasObjects(value, part.path, walk) : [];
  const templates = templatesOf(json).map(({ where, text }) => ({ where, text: keptText(walk, part.path, text) }));
  const imports = [...customClasses(json), ...handlerOf(json, part)];
  return { kind: kindOf(json, templates), keras, templates, imports } satisfies Described;
};

function largeJson(part: PartInput, walk: Walk): Described {
  const head = decodeText(part.source.read(0, 4096));
  if (/^\s*\{\s*"learner"\s*:/.test(head)) return { kind: 'xgboost-json' };
  leaveOut(walk, part.path, `a JSON text of ${part.source.size} bytes`);
  return { kind: 'json' };
}

function kindOf(json: Json, templates: readonly Template[]): 'tokenizer-config' | 'xgboost-json' | 'json' {
  if (templates.length > 0) return 'tokenizer-config';
  return typeof json.learner === 'object' && Array.isArray(json.version) ? 'xgboost-json' : 'json';
}

/** `chat_template` is a text, a list of named texts, or an object of texts. */
function templatesOf(json: Json): readonly Template[] {
  const template = json.chat_template;
  if (typeof template === 'string') return [{ where: 'chat_template', text: template }];
  if (typeof template !== 'object' || template === null) return [];
  const found: Template[] = [];
  for (const [key, value] of Object.entries(template).slice(0, 100)) {
    const named = value as { name?: unknown; template?: unknown } | string | null;
    const text = typeof named === 'string' ? named : named?.template;
    const name = typeof named === 'object' && typeof named?.name === 'string' ? named.name : key;
    if (typeof text === 'string') found.push({ where: `chat_template[${name.slice(0, 60)}]`, text });
  }
  return found;
}

/** Transformers: the classes that `trust_remote_code=True` imports, of models (`auto_map`) and of pipelines (`custom_pipelines`). */
function customClasses(json: Json): readonly NamedImport[] {
  const named = [
    ...textsBelow(json.auto_map, 'auto_map'),
    ...Object.entries(objectOf(json.custom_pipelines)).flatMap(([task, pipeline]) =>
      textsBelow(objectOf(pipeline).impl, `custom_pipelines.${task.slice(0, 60)}.impl`),
    ),
  ];
  return named.slice(0, 100).flatMap(({ where, text }): readonly NamedImport[] => {
    const dot = text.lastIndexOf('.');
    return dot <= 0 ? [] : [{ how: 'auto-map', module: text.slice(0, dot), name: text.slice(dot + 1), where }];
  });
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** A text, or the texts of a list or an object of such, at most two levels down. */
function textsBelow(value: unknown, where: string, depth = 2): readonly Template[] {
  if (typeof value === 'string') return [{ where, text: value.slice(0, 600) }];
  if (depth === 0) return [];
  const entries = Object.entries(objectOf(value)).slice(0, 100);
  return entries.flatMap(([key, each]) =>
    textsBelow(each, Array.isArray(value) ? where : `${where}.${key.slice(0, 60)}`, depth - 1),
  );
}

/** TorchServe: the file, and perhaps the function behind a colon, that serves the model. */
function handlerOf(json: Json, part: PartInput): readonly NamedImport[] {
  const { handler } = objectOf(json.model);
  if (!/(^|\/)MAR-INF\/MANIFEST\.json$/.test(part.name) || typeof handler !== 'string') return [];
  const [file = '', name = ''] = handler.slice(0, 600).split(':');
  return [{ how: 'handler', module: file, name, where: 'model.handler' }];
}

/** skops: every node of the schema names a class or a function that loading looks up. */
function skopsImports(schema: unknown, part: PartInput, walk: Walk): readonly NamedImport[] {
  const { objects, complete } = jsonObjects(schema, walk.limits.records);
  if (!complete) leaveOut(walk, part.path, 'a skops schema with more nodes than are read');
  const imports = new Map<string, NamedImport>();
  for (const { route, value } of objects) {
    for (const [module, name] of [
      [value.__module__, value.__class__],
      [value.module_path, value.function],
    ]) {
      if (typeof module !== 'string' || typeof name !== 'string' || imports.size >= 10_000) continue;
      const key = `${module}.${name}`;
      if (!imports.has(key))
        imports.set(key, { how: 'skops', module: module.slice(0, 300), name: name.slice(0, 300), where: route });
    }
  }
  return [...imports.values()];
}
