/** What one file may cost. A limit that is reached becomes a `NotScanned` entry, never silence. */
export interface Limits {
  /** Archives inside archives. */
  readonly depth: number;
  /** Parts (members, nested payloads) of one file, all levels together. */
  readonly parts: number;
  /** Entries of one archive's directory. */
  readonly entries: number;
  /** Bytes one compressed stream may become. */
  readonly inflateBytes: number;
  /** Bytes all compressed streams of one file may become together. */
  readonly inflateTotal: number;
  /** Pickle opcodes of one file. */
  readonly opcodes: number;
  /** Objects one pickle may hold on its stack and in its memo. */
  readonly pickleObjects: number;
  /** Bytes searched for pickles that hide between other bytes. */
  readonly searchBytes: number;
  /** Bytes of a text (JSON header, configuration, template) that is read whole. */
  readonly textBytes: number;
  /** Tags, fields and records of one binary format. */
  readonly records: number;
  /** Bytes read for one file, all parts together, those of nested parts once for each level; the bound on time. */
  readonly work: number;
  /** Names, calls and steps kept for one file; the bound on memory. */
  readonly kept: number;
  /** Characters of templates kept for one file. */
  readonly keptText: number;
}

export const DEFAULT_LIMITS: Limits = {
  depth: 4,
  parts: 4096,
  entries: 65_536,
  inflateBytes: 64 * 1024 * 1024,
  inflateTotal: 256 * 1024 * 1024,
  opcodes: 10_000_000,
  pickleObjects: 1_000_000,
  searchBytes: 16 * 1024 * 1024,
  textBytes: 16 * 1024 * 1024,
  records: 1_000_000,
  work: 512 * 1024 * 1024,
  kept: 500_000,
  keptText: 32 * 1024 * 1024,
};
