import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { BlobId } from '../../core/snapshot.ts';
import { lineOf } from '../../documents/lines.ts';
import { allParts, type ModelFile, type ModelPart } from '../../documents/model-file/model.ts';
import { parsePython } from '../../documents/python/parse.ts';
import { calls } from '../python/calls.ts';
import { classifyName } from './classify.ts';

/** Code that runs when the model is loaded or served. */
export interface ModelCode {
  readonly part: string;
  /** Completes "`file` …". */
  readonly what: string;
  /**
   * `runs`: it does what the deny lists name. `elsewhere`: it comes from another repository. `bundled`: it lies in the archive.
   * `beside`: it is a Python module that the configuration expects beside it.
   */
  readonly grade: 'runs' | 'elsewhere' | 'bundled' | 'beside';
  /** File name of the module for `beside`. */
  readonly module?: string;
}

/** Calls that no model needs in order to answer; the deny lists of pickles, without paths, logs and settings of a program. */
const TELLING =
  /^(?:os\.(?:system|popen\w*|exec\w+|spawn\w+|posix_spawn\w*|fork\w*|startfile)|(?:subprocess|pty|commands|ctypes|cffi|socket|ssl|requests|httpx|aiohttp|urllib|urllib2|urllib3|http|ftplib|smtplib|telnetlib|paramiko|runpy|marshal|builtins)\..+)$/;
/** Parts of these modules that reach nothing. */
const HARMLESS =
  /^(?:urllib\.parse|http\.HTTPStatus|socket\.(?:gethostname|getfqdn))\b|^builtins\.(?!(?:exec|eval|compile|__import__)$)/;
const MOST_PROGRAMS = 50;

/** What of the file is, or brings, code. Worst first. */
export const modelCode = fact((file: ModelFile): readonly ModelCode[] => {
  const parts = allParts(file);
  const programs = parts.filter(({ program }) => program !== undefined).slice(0, MOST_PROGRAMS);
  const found = [...programs.flatMap(told), ...parts.flatMap(mapped), ...parts.flatMap((part) => bundled(part, parts))];
  return [...found].sort((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade));
});

const ORDER: readonly ModelCode['grade'][] = ['runs', 'elsewhere', 'bundled', 'beside'];

/** Read as Python, as files of the repository are. */
function told({ path: part, program = '' }: ModelPart): readonly ModelCode[] {
  const document = parsePython({ path: part as RepoPath, blob: `program:${part}` as BlobId, text: program });
  return calls(document).flatMap(({ names, node }): readonly ModelCode[] => {
    const name = names.map((each) => (each.includes('.') ? each : `builtins.${each}`)).find(isTelling);
    if (name === undefined) return [];
    const dot = name.lastIndexOf('.');
    const { why } = classifyName(name.slice(0, dot), name.slice(dot + 1));
    const { line } = lineOf(document.lines, node.start);
    return [{ part, grade: 'runs', what: `calls ${name.replace(/^builtins\./, '')} in line ${line}, which ${why}` }];
  });
}

function isTelling(name: string): boolean {
  if (!TELLING.test(name) || HARMLESS.test(name)) return false;
  const dot = name.lastIndexOf('.');
  return classifyName(name.slice(0, dot), name.slice(dot + 1)).tier === 'denied';
}

/** `auto_map`: a module beside the file, or one of another repository of the hub. */
function mapped({ path: part, imports }: ModelPart): readonly ModelCode[] {
  const modules = new Map(imports.filter(({ how }) => how === 'auto-map').map((each) => [each.module, each]));
  return [...modules.values()].map(({ module, name, where }): ModelCode => {
    const [repository, own] = module.split('--');
    if (own !== undefined)
      return {
        part,
        grade: 'elsewhere',
        what: `takes ${name} from ${own}.py of the repository ${repository} (${where})`,
      };
    const path = `${module.replaceAll('.', '/')}.py`;
    return { part, grade: 'beside', module: path, what: `takes ${name} from ${path} (${where})` };
  });
}

const SERVED = ['torchserve-archive', 'nemo', 'keras-zip', 'torch-zip', 'torchscript'];

/** Programs of archives that a loader runs, or puts on the path of one that does. */
function bundled(archive: ModelPart, all: readonly ModelPart[]): readonly ModelCode[] {
  if (!SERVED.includes(archive.kind)) return [];
  const handler = all.flatMap(({ imports }) => imports).find(({ how }) => how === 'handler')?.module;
  return archive.parts.flatMap(({ path: part, name, notes }): readonly ModelCode[] => {
    if (!notes.some(({ kind }) => kind === 'code-member')) return [];
    const serves = archive.kind === 'torchserve-archive' && (name === handler || name === `${handler}.py`);
    return [
      {
        part,
        grade: 'bundled',
        what: serves ? 'is the handler, which runs on every request' : 'is a program inside the model',
      },
    ];
  });
}
