import type { RepoPath } from '../core/location.ts';
import type { BlobId, Content } from '../core/snapshot.ts';
import { parseDockerfile } from './dockerfile.ts';
import { parseHcl } from './hcl.ts';
import { parseIni } from './ini.ts';
import { parseJson } from './json.ts';
import { type Document, type DocumentKind, kindOfPath } from './kinds.ts';
import { lineIndex } from './lines.ts';
import { parseMarkdown } from './markdown.ts';
import { looksLikeModelFile, parseModelFile } from './model-file/document.ts';
import { parseNotebook } from './notebook/notebook.ts';
import { parsePbtxt } from './pbtxt.ts';
import { parsePython } from './python/parse.ts';
import { parseRequirements } from './requirements.ts';
import type { TextSource } from './source.ts';
import { parseSql } from './sql.ts';
import { parseToml } from './toml.ts';
import { parseYaml } from './yaml.ts';

export interface Readable {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly content: Content;
}

const plain = ({ path, blob, text }: TextSource): Document => ({
  kind: 'text',
  path,
  blob,
  text,
  lines: lineIndex(text),
  damage: [],
});

/** A new language is one line here. */
const PARSERS: Readonly<Record<Exclude<DocumentKind, 'model-file'>, (source: TextSource) => Document>> = {
  python: parsePython,
  notebook: parseNotebook,
  yaml: parseYaml,
  json: parseJson,
  toml: parseToml,
  ini: parseIni,
  hcl: parseHcl,
  pbtxt: parsePbtxt,
  requirements: parseRequirements,
  dockerfile: parseDockerfile,
  sql: parseSql,
  markdown: parseMarkdown,
  text: plain,
};

/**
 * Text or bytes in, tree out. Damage is data in the document. Undefined for what holds nothing to read here:
 * withheld content and bytes that are no model file.
 */
export function parse({ path, blob, content }: Readable): Document | undefined {
  if (content.kind === 'withheld') return undefined;
  const kind = kindOfPath(path);
  if (kind === 'model-file' || content.kind !== 'text') {
    return looksLikeModelFile(path, content) ? parseModelFile({ path, blob, content }) : undefined;
  }
  return PARSERS[kind]({ path, blob, text: content.text });
}
