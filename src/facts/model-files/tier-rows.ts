import type { SourceId } from './sources.ts';

/** Names of one module that share a source. */
export interface NameRow {
  readonly module: string;
  readonly names: readonly string[];
  readonly source: SourceId;
}

/** Reads `module: Name Name` lines; a line that starts with spaces goes on with the module above it. */
export function rows(source: SourceId, text: string): readonly NameRow[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const colon = line.indexOf(':');
      return {
        module: line.slice(0, colon).trim(),
        names: line
          .slice(colon + 1)
          .trim()
          .split(/\s+/),
        source,
      };
    });
}
