import type { Note } from '../model.ts';
import { quoted } from '../walk.ts';
import { escapes } from './paths.ts';
import type { ZipEntry } from './zip-records.ts';

const SYMLINK = 0xa000;

/** What is wrong with an entry by itself. `seen` counts the names met so far. */
export function entryNotes(entry: ZipEntry, seen: Map<string, number>): readonly Note[] {
  const notes: Note[] = [];
  const offset = entry.headerAt;
  const name = quoted(entry.name);
  const why = escapes(entry.name);
  if (why !== undefined) notes.push({ kind: 'path-escapes', offset, text: `the entry ${name} ${why}` });
  if ((entry.mode & 0xf000) === SYMLINK)
    notes.push({ kind: 'link-escapes', offset, text: `the entry ${name} is a symbolic link` });
  const flags = entry.flags & 0x2061;
  if (flags !== 0) {
    const text = `the entry ${name} is flagged as encrypted or patched (0x${flags.toString(16)}), which torch ignores and Python refuses`;
    notes.push({ kind: 'encrypted-flag', offset, text });
  }
  const times = (seen.get(entry.name) ?? 0) + 1;
  seen.set(entry.name, times);
  if (times === 2) notes.push({ kind: 'duplicate-entry', offset, text: `the entry ${name} stands more than once` });
  return notes;
}

/** Where the directory and the local header tell different stories. */
export function disagreements(entry: ZipEntry, local: ZipEntry | undefined): readonly Note[] {
  const offset = entry.headerAt;
  const name = quoted(entry.name);
  if (local === undefined) {
    return [
      {
        kind: 'entry-without-local-header',
        offset,
        text: `no local header stands where the directory says ${name} is`,
      },
    ];
  }
  const notes: Note[] = [];
  if (local.name !== entry.name) {
    notes.push({
      kind: 'name-disagrees',
      offset,
      text: `the directory says ${name}, the local header ${quoted(local.name)}`,
    });
  }
  if (local.method !== entry.method) {
    const text = `${name} has compression method ${entry.method} in the directory and ${local.method} in the local header`;
    notes.push({ kind: 'method-disagrees', offset, text });
  }
  if ((local.flags & ~0x8) !== (entry.flags & ~0x8)) {
    const text = `${name} has flags 0x${entry.flags.toString(16)} in the directory and 0x${local.flags.toString(16)} in the local header`;
    notes.push({ kind: 'flags-disagree', offset, text });
  }
  return [...notes, ...sizeNotes(entry, local, name)];
}

function sizeNotes(entry: ZipEntry, local: ZipEntry, name: string): readonly Note[] {
  const streamed = (local.flags & 0x8) !== 0;
  const differ = (mine: number, theirs: number) => mine !== theirs && !(streamed && theirs === 0);
  const offset = entry.headerAt;
  if (differ(entry.size, local.size) || differ(entry.compressed, local.compressed)) {
    const text = `${name} has ${entry.compressed} of ${entry.size} bytes in the directory, ${local.compressed} of ${local.size} in the local header`;
    return [{ kind: 'size-disagrees', offset, text }];
  }
  if (!differ(entry.crc, local.crc)) return [];
  return [
    { kind: 'crc-wrong', offset, text: `${name} has one checksum in the directory and another in the local header` },
  ];
}

/** Entries that share bytes: the directory makes one stretch of data many files. */
export function overlaps(entries: readonly ZipEntry[]): readonly Note[] {
  const sorted = [...entries].sort((a, b) => a.headerAt - b.headerAt);
  for (let index = 1; index < sorted.length; index++) {
    const before = sorted[index - 1];
    const after = sorted[index];
    if (before === undefined || after === undefined) continue;
    if (before.headerAt + 30 + before.compressed <= after.headerAt) continue;
    const text = `the entries ${quoted(before.name)} and ${quoted(after.name)} share bytes`;
    return [{ kind: 'overlap', offset: after.headerAt, text }];
  }
  return [];
}
