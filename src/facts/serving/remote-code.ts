import type { Span } from '../../core/location.ts';
import { bool, type DataDocument, type DataNode, get, items, text, walk, walkEntries } from '../../documents/data.ts';

/** A place of a configuration that lets a model repository's own code run. */
export interface RemoteCode {
  readonly span: Span;
  /** As the file names the model; undefined where it does not. */
  readonly model: string | undefined;
  /** `pinned` to a full commit, a `local` folder, or whatever the repository holds at start. */
  readonly source: 'local' | 'pinned' | 'moving';
}

const COMMIT = /^[0-9a-f]{40}$/;
const LOCAL = /^(\.{0,2}\/|~|pvc:|file:)/;
const KEY = /^(VLLM_|HF_)?TRUST_REMOTE_CODE$/;
const FLAG = /--trust[-_]remote[-_]code(?:[= ]+(\S+))?/g;

const asKey = (key: string): string =>
  key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toUpperCase();

const isOn = (node: DataNode): boolean => bool(node) === true || /^(true|1|yes)$/i.test(text(node) ?? '');

function sourceOf(model: string | undefined, revisions: readonly string[]): RemoteCode['source'] {
  if (revisions.some((revision) => COMMIT.test(revision)))
    return model !== undefined && LOCAL.test(model) ? 'local' : 'pinned';
  return model !== undefined && LOCAL.test(model) ? 'local' : 'moving';
}

const MODEL_KEYS = [
  'model',
  'model_name_or_path',
  'pretrained_model_name_or_path',
  'model_path',
  'model_id',
  'model_name',
  'modelURL',
  'path',
  'dataset_path',
];
const REVISION_KEYS = ['code_revision', 'revision', 'model_revision', 'codeRevision', 'modelRevision'];

function beside(node: DataNode | undefined, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => text(get(node, key)) ?? []);
}

/** `trust_remote_code: true`, also as a variable of the environment. */
function settings(root: DataNode): readonly RemoteCode[] {
  return [...walkEntries(root)].flatMap(({ key, value }): readonly RemoteCode[] => {
    const named = key === 'value' && KEY.test(text(get(value.parent, 'name')) ?? '');
    if (!(named || KEY.test(asKey(key))) || value.open || !isOn(value)) return [];
    const around = [value.parent, value.parent?.parent];
    const model = around.flatMap((node) => beside(node, MODEL_KEYS))[0];
    const revisions = around.flatMap((node) => beside(node, REVISION_KEYS));
    return [{ span: value.span, model, source: sourceOf(model, revisions) }];
  });
}

/** The words around: of the list that a flag stands in, or of its own line; continued shell lines are one. */
function lineOfFlag(node: DataNode): string {
  const list = node.parent?.kind === 'list' ? items(node.parent) : [node];
  return list
    .map((each) => text(each) ?? '')
    .join(' ')
    .replace(/\\\s+/g, ' ')
    .slice(0, 20_000);
}

/** `--trust-remote-code` on a command line. */
function flags(document: DataDocument, root: DataNode): readonly RemoteCode[] {
  return [...walk(root)].flatMap((node): readonly RemoteCode[] => {
    if (node.kind !== 'scalar') return [];
    const written = document.text.slice(node.span.start, node.span.end);
    return [...written.matchAll(FLAG)].flatMap((match): readonly RemoteCode[] => {
      const before = written.slice(written.lastIndexOf('\n', match.index) + 1, match.index);
      const comment = /(^|\s)#/.test(before);
      if (/^["']?(false|0)\b/i.test(match[1] ?? '') || comment) return [];
      const start = node.span.start + match.index;
      const line = lineOfFlag(node);
      const model = /(?:--model(?:[-_](?:path|id))?[= ]+|(?:vllm|sglang) serve +)["']?([^\s"']+)/.exec(line)?.[1];
      const revisions = [...line.matchAll(/--(?:code[-_]|model[-_])?revision[= ]+["']?([\w./-]{1,100})/g)].map(
        (each) => each[1] ?? '',
      );
      const length = /^--trust[-_]remote[-_]code/.exec(match[0])?.[0].length ?? match[0].length;
      return [{ span: { start, end: start + length }, model, source: sourceOf(model, revisions) }];
    });
  });
}

/** Every place of a file where code of a model repository is trusted. */
export function remoteCodeIn(document: DataDocument): readonly RemoteCode[] {
  return document.roots.flatMap((root) => [...settings(root), ...flags(document, root)]);
}
