import { isMap, isScalar, parseAllDocuments, visit } from 'yaml';
import type { NamedImport } from '../model.ts';

/** Bytes of YAML that are parsed; configurations of models have some thousand. */
export const MOST_YAML = 1_048_576;
const MOST_TARGETS = 1000;

/** What the `_target_` keys of a configuration name, which Hydra imports and calls. */
export function hydraTargets(text: string): readonly NamedImport[] {
  const found = new Map<string, NamedImport>();
  const add = (target: string, where: string): void => {
    const dot = target.lastIndexOf('.');
    if (dot <= 0 || dot > 300 || found.size >= MOST_TARGETS || found.has(target)) return;
    found.set(target, {
      how: 'hydra-target',
      module: target.slice(0, dot),
      name: target.slice(dot + 1, dot + 300),
      where,
    });
  };
  for (const [target, line] of [...parsedTargets(text), ...plainTargets(text)]) add(target, `line ${line}`);
  return [...found.values()];
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** As YAML has it: escapes, anchors, block texts and flow maps. */
function parsedTargets(text: string): readonly (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  try {
    for (const document of parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' })) {
      visit(document, {
        Pair(_, { key, value }, path) {
          if (found.length >= MOST_TARGETS) return visit.BREAK;
          if (!isMap(path.at(-1)) || !isScalar(key) || key.value !== '_target_') return undefined;
          const meant = isScalar(value)
            ? value
            : (value as { resolve?: (in_: unknown) => unknown } | null)?.resolve?.(document);
          if (isScalar(meant) && typeof meant.value === 'string')
            found.push([meant.value.trim(), lineAt(text, key.range?.[0] ?? 0)]);
          return undefined;
        },
      });
    }
  } catch {
    // Nested too deep for the parser; the lines below are read all the same.
  }
  return found;
}

/** By the line, in a file that is no YAML. */
function plainTargets(text: string): readonly (readonly [string, number])[] {
  const pattern = /_target_["']?[ \t]{0,20}:[ \t]{0,20}["']?([A-Za-z_][\w.]{0,300})/g;
  return [...text.matchAll(pattern)].slice(0, MOST_TARGETS).map((match) => [match[1] ?? '', lineAt(text, match.index)]);
}
