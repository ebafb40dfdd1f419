import { fact } from '../../core/fact.ts';
import { allParts, type KerasObject, type ModelFile } from '../../documents/model-file/model.ts';
import { classifyName } from './classify.ts';

/** A Keras object that runs or reaches code when the model is loaded. */
export interface KerasDanger {
  readonly part: string;
  readonly object: KerasObject;
  /** Completes "the object `…`". */
  readonly what: string;
  /** `code` runs something; `custom` only needs code that the loader must bring. */
  readonly grade: 'code' | 'custom';
}

const OWN_MODULES: ReadonlySet<string> = new Set(
  'keras tensorflow tf_keras keras_core keras_nlp keras_hub keras_cv tensorflow_addons'.split(' '),
);
/** Layers that hold or load foreign code. Source: keras.io/api/layers and the advisories CVE-2025-49655, CVE-2025-9906. */
const FOREIGN: Readonly<Record<string, string>> = {
  TorchModuleWrapper: 'unpickles a torch module with torch.load',
  TFSMLayer: 'loads a SavedModel from a path in the configuration',
  JaxLayer: 'rebuilds a JAX function',
  FlaxLayer: 'rebuilds a Flax module',
};
const GADGETS: ReadonlySet<string> = new Set(
  'get_file load_model load_weights enable_unsafe_deserialization custom_object_scope model_from_json deserialize_keras_object'.split(
    ' ',
  ),
);
const FILE_OPERATORS =
  /^(?:tf\.)?(?:io\.(?:read_file|write_file|matching_files|gfile)|raw_ops\.|numpy_function|py_function|load_op_library|load_library)/;

/** What in the file's Keras configurations runs or reaches code. */
export const kerasDangers = fact((file: ModelFile): readonly KerasDanger[] =>
  allParts(file).flatMap((part) =>
    part.keras.flatMap((object) => {
      const danger = dangerOf(object);
      return danger === undefined ? [] : [{ part: part.path, object, ...danger }];
    }),
  ),
);

function dangerOf(object: KerasObject): Pick<KerasDanger, 'what' | 'grade'> | undefined {
  const { className, module, code, refers = '' } = object;
  if (code === 'bytecode') return { what: 'carries Python bytecode that runs when the model is used', grade: 'code' };
  if (code === 'source') return { what: 'carries Python source that runs when the model is used', grade: 'code' };
  const foreign = FOREIGN[className];
  if (foreign !== undefined) return { what: foreign, grade: 'code' };
  const vocabulary = vocabularyDanger(className, refers);
  if (vocabulary !== undefined) return vocabulary;
  const gadget = [className, refers].find((name) => GADGETS.has(name));
  if (gadget !== undefined) return { what: `calls ${gadget}, which fetches or loads further files`, grade: 'code' };
  if (FILE_OPERATORS.test(refers))
    return { what: `uses the operator ${refers}, which reaches files or Python`, grade: 'code' };
  return moduleDanger(className, module, refers) ?? customDanger(object);
}

/** Layers that read their vocabulary from wherever the configuration says, when they are built (CVE-2025-12058). */
function vocabularyDanger(className: string, path: string): Pick<KerasDanger, 'what' | 'grade'> | undefined {
  if (path === '' || !/Lookup$|^TextVectorization$/.test(className)) return undefined;
  const away = /^(?:[/\\]|[A-Za-z]:|[a-z][a-z0-9+.-]{1,20}:\/\/)|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(path);
  return { what: `reads its vocabulary from ${path} when the model is loaded`, grade: away ? 'code' : 'custom' };
}

/** Built-in functions that a function's name alone reaches. */
const RUNNING_BUILTINS =
  /^(?:exec|eval|compile|open|__import__|getattr|setattr|delattr|globals|locals|vars|breakpoint|input|help|exit|quit)$/;

function moduleDanger(
  className: string,
  module: string,
  refers: string,
): Pick<KerasDanger, 'what' | 'grade'> | undefined {
  const topmost = module.split('.')[0] ?? '';
  if (topmost === '' || OWN_MODULES.has(topmost)) return undefined;
  const name = className === 'function' && refers !== '' ? refers : className;
  if (topmost === 'builtins' && className === 'function' && !RUNNING_BUILTINS.test(refers)) return undefined;
  if (classifyName(module, name).tier === 'denied')
    return { what: `makes Keras import ${module}.${name}`, grade: 'code' };
  return {
    what: `names ${module}.${name}, which lies outside of Keras and is imported when the model is loaded`,
    grade: 'custom',
  };
}

/** `package>Name` is registered by the loader's own code; a function by name as well. */
function customDanger({
  code,
  registeredName,
  refers,
  module,
}: KerasObject): Pick<KerasDanger, 'what' | 'grade'> | undefined {
  const registered = registeredName.includes('>') && !OWN_MODULES.has(registeredName.split('>')[0] ?? '');
  if (registered)
    return { what: `is the custom object ${registeredName}, whose code the loader must bring`, grade: 'custom' };
  if (code !== 'reference' || OWN_MODULES.has(module.split('.')[0] ?? '')) return undefined;
  return {
    what: `names the function ${refers ?? ''}, whose code the loader must bring`.replace(' ,', ','),
    grade: 'custom',
  };
}
