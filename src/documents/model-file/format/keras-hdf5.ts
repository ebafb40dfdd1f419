import type { KerasObject, Note, Pickle } from '../model.ts';
import { searchPickles } from '../pickle/search.ts';
import { ascii, decodeText, indexOfBytes } from '../source.ts';
import { leaveOut, type PartInput, type Reader, type Walk } from '../walk.ts';
import { rootAttributes } from './hdf5.ts';
import { parsePythonJson } from './json-text.ts';
import { kerasObjects } from './keras-config.ts';

const CONFIGURATIONS = ['model_config', 'training_config'];

/** HDF5 as Keras and PyTables write it: the configuration in the root's attributes, and pickles that stand between the data. */
export const readHdf5: Reader = (part, walk) => {
  const root = rootAttributes(part.source, CONFIGURATIONS);
  const keras =
    root === undefined ? [] : CONFIGURATIONS.flatMap((name) => configOf(root.attributes.get(name), part, walk));
  const searched = keras.length === 0 && root?.complete !== true ? searchConfig(part, walk) : [];
  const pickles = hiddenPickles(part, walk);
  const notes: Note[] = pickles.map(({ start }) => ({
    kind: 'pickle-hidden',
    offset: start,
    text: `a pickle that looks names up stands at byte ${start}`,
  }));
  if (root === undefined)
    notes.push({ kind: 'header-invalid', text: 'the HDF5 structure cannot be followed to the root group' });
  return { kind: 'hdf5', keras: [...keras, ...searched], pickles, notes };
};

function configOf(value: Uint8Array | undefined, part: PartInput, walk: Walk): readonly KerasObject[] {
  if (value === undefined) return [];
  const end = value.indexOf(0);
  const config = parsePythonJson(decodeText(end === -1 ? value : value.subarray(0, end)));
  if (config === undefined) {
    leaveOut(walk, part.path, 'a model_config attribute that is no JSON');
    return [];
  }
  return kerasObjects(config, part.path, walk);
}

const CLASS_NAME = ascii('"class_name"');

/** Where the structure does not lead to the configuration: JSON objects with a class name, anywhere in the searched bytes. */
function searchConfig(part: PartInput, walk: Walk): readonly KerasObject[] {
  const end = Math.min(part.source.size, walk.limits.searchBytes);
  if (end < part.source.size)
    leaveOut(walk, part.path, `bytes from ${end} on, searched for a Keras configuration up to there`);
  const found: KerasObject[] = [];
  for (let at = indexOfBytes(part.source, CLASS_NAME, 0, end), tries = 0; at !== -1 && tries < 256; tries++) {
    const from = Math.max(0, at - 4096);
    const before = decodeText(part.source.read(from, at - from));
    const text =
      before.slice(before.lastIndexOf('{')) + decodeText(part.source.read(at, Math.min(end - at, 4_000_000)));
    const whole = balanced(text);
    found.push(...kerasObjects(parsePythonJson(whole), part.path, walk));
    at = indexOfBytes(part.source, CLASS_NAME, at + Math.max(CLASS_NAME.length, whole.length), end);
  }
  return found.slice(0, 10_000);
}

/** The JSON object that `text` starts with; '' where it does not end. */
function balanced(text: string): string {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth += 1;
    else if (!quoted && character === '}' && --depth === 0) return text.slice(0, at + 1);
  }
  return '';
}

function hiddenPickles(part: PartInput, walk: Walk): readonly Pickle[] {
  return searchPickles(part.source, 0, part.source.size, part.path, walk).map(({ pickle }) => pickle);
}
