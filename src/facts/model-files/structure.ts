import { fact } from '../../core/fact.ts';
import {
  allParts,
  type ModelFile,
  type ModelPart,
  type Note,
  type NoteKind,
  type Pickle,
} from '../../documents/model-file/model.ts';

/** A note with the part it is about. */
export interface PartNote {
  readonly part: string;
  readonly note: Note;
}

const MALFORMED: ReadonlySet<NoteKind> = new Set<NoteKind>([
  'frame-straddled',
  'frame-nested',
  'frame-truncated',
  'protocol-repeated',
  'protocol-unknown',
  'get-without-put',
  'memo-sparse',
  'expansion',
  'attribute-overwritten',
  'item-set-on-object',
  'wrong-operand',
  'payload-unseen',
  'pickle-hidden',
]);

/** What no pickler writes: the marks of a pickle made by hand, or one that readers understand differently. */
export const malformations = fact((file: ModelFile): readonly PartNote[] =>
  allParts(file).flatMap((part) => {
    const notes = [...part.pickles.flatMap((pickle) => pickle.notes), ...part.notes].filter(({ kind }) =>
      MALFORMED.has(kind),
    );
    return [...notes, ...part.pickles.flatMap(brokenAfterName)].map((note) => ({ part: part.path, note }));
  }),
);

/** A break matters where something was looked up before it: that part runs, and scanners that give up miss it. */
function brokenAfterName(pickle: Pickle): readonly Note[] {
  if (pickle.ended !== 'broken' || !pickle.globals.some(({ reached }) => reached)) return [];
  return [
    {
      kind: 'broken',
      offset: pickle.end,
      text: `unpickling fails after names were looked up: ${pickle.error ?? 'unknown reason'}`,
    },
  ];
}

/** Files that hold more pickles than their first, other than torch's own format of five. */
export function stackedPickles(file: ModelFile): readonly PartNote[] {
  return allParts(file).flatMap((part) => notesOf(part, ['pickle-after-stop']));
}

const EVASIVE: readonly NoteKind[] = [
  'name-disagrees',
  'size-disagrees',
  'method-disagrees',
  'flags-disagree',
  'crc-wrong',
  'encrypted-flag',
  'duplicate-entry',
  'path-escapes',
  'link-escapes',
  'entry-not-in-directory',
  'entry-without-local-header',
  'directory-missing',
  'directories-disagree',
  'overlap',
  'bomb',
  'polyglot',
];

/** Where an archive tells different loaders different things, or harms the one that opens it. */
export const evasions = fact((file: ModelFile): readonly PartNote[] =>
  allParts(file).flatMap((part) => notesOf(part, EVASIVE)),
);

/** Where a safetensors header breaks the format. */
export const tensorFaults = fact((file: ModelFile): readonly PartNote[] =>
  allParts(file)
    .filter(({ kind }) => kind === 'safetensors')
    .flatMap((part) => part.notes.map((note) => ({ part: part.path, note }))),
);

function notesOf(part: ModelPart, kinds: readonly NoteKind[]): readonly PartNote[] {
  return part.notes.filter(({ kind }) => kinds.includes(kind)).map((note) => ({ part: part.path, note }));
}
