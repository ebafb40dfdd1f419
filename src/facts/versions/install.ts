import type { Span } from '../../core/location.ts';
import { type DockerfileDocument, expanded, type Instruction } from '../../documents/dockerfile.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { parseRequirement } from '../../documents/requirements.ts';
import { type ShellCommand, type ShellWord, shellCommands } from '../../documents/shell.ts';
import { pinOf } from '../../documents/versions.ts';
import { condaSpec } from './conda.ts';
import type { Declared } from './declaration.ts';
import { declaredBy } from './requirement.ts';

/** Options of pip, uv and conda that take the next word. */
const WITH_VALUE = new Set(
  '-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target --prefix --root --python -p --platform --trusted-host --no-binary --only-binary --timeout --cache-dir --config-settings -n --name --file --channel --progress-bar --retries --upgrade-strategy --src'.split(
    ' ',
  ),
);

export interface InstallCommand {
  readonly tool: 'pip' | 'conda';
  readonly packages: readonly ShellWord[];
  /** Targets of `-r` and `-c`. */
  readonly files: readonly ShellWord[];
  readonly span: Span;
}

const base = (word: ShellWord | undefined): string => word?.text.slice(word.text.lastIndexOf('/') + 1) ?? '';

/** Index of the first word after `pip install` and its kin; undefined for other commands. */
function installAt({ words }: ShellCommand): { readonly tool: 'pip' | 'conda'; readonly at: number } | undefined {
  for (let at = 0; at < Math.min(words.length, 12); at += 1) {
    const name = base(words[at]);
    const next = words[at + 1]?.text;
    if (/^pip[\d.]*$/.test(name) && next === 'install') return { tool: 'pip', at: at + 2 };
    if (name === 'uv' && next === 'add') return { tool: 'pip', at: at + 2 };
    if (/^(conda|mamba|micromamba)$/.test(name)) {
      const found = words.findIndex((word, index) => index > at && (word.text === 'install' || word.text === 'create'));
      if (found !== -1) return { tool: 'conda', at: found + 1 };
    }
  }
  return undefined;
}

/** What a shell command installs with pip, uv or conda; undefined for every other command. Spans count as those of the command. */
export function installOf(command: ShellCommand): InstallCommand | undefined {
  const start = installAt(command);
  if (start === undefined) return undefined;
  const packages: ShellWord[] = [];
  const files: ShellWord[] = [];
  for (let at = start.at; at < command.words.length; at += 1) {
    const word = command.words[at];
    const value = command.words[at + 1];
    if (word === undefined || (/^\d*[<>]/.test(word.text) && !/^[<>]=?\d/.test(word.text))) break;
    if (!word.text.startsWith('-')) packages.push(word);
    else if (WITH_VALUE.has(word.text)) {
      if (/^(-r|-c|--requirement|--constraint)$/.test(word.text) && value !== undefined) files.push(value);
      at += 1;
    } else {
      const inline = /^(?:-[rc]|--requirement=|--constraint=)(.+)$/.exec(word.text)?.[1];
      if (inline !== undefined) files.push({ ...word, text: inline });
    }
  }
  return { tool: start.tool, packages, files, span: command.span };
}

const shifted = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });

function declaredIn(
  install: InstallCommand,
  offset: number,
  resolve: (text: string) => { text: string; open: boolean },
): readonly Declared[] {
  return install.packages.flatMap((word) => {
    const { text, open } = resolve(word.text);
    const span = shifted(word.span, offset);
    if (install.tool === 'conda') return condaSpec(text, span, 'install', open) ?? [];
    const requirement = parseRequirement(text, span.start);
    const declared = requirement && declaredBy(requirement, 'install', 'main');
    return declared === undefined
      ? []
      : [{ ...declared, span, open: declared.open || open, pinned: open ? undefined : declared.pinned }];
  });
}

/** The shell texts of an instruction, with where they start in the file. */
function shellTexts(instruction: Instruction): readonly { readonly text: string; readonly offset: number }[] {
  if (instruction.exec !== undefined) return [];
  const { args, argsSpan, heredocs } = instruction;
  return [{ text: args, offset: argsSpan.start }, ...heredocs.map(({ text, span }) => ({ text, offset: span.start }))];
}

/** The install commands of every RUN, with what their spans must be shifted by. */
export function dockerInstallCommands(
  document: DockerfileDocument,
): readonly { readonly install: InstallCommand; readonly offset: number; readonly instruction: Instruction }[] {
  return document.instructions
    .filter((instruction) => instruction.keyword === 'RUN')
    .flatMap((instruction) =>
      shellTexts(instruction).flatMap(({ text, offset }) =>
        shellCommands(text).flatMap((command) => {
          const install = installOf(command);
          return install === undefined ? [] : [{ install, offset, instruction }];
        }),
      ),
    );
}

/** Images whose tag begins with the version of the package they are made for. */
const IMAGES: Readonly<Record<string, string>> = {
  'pytorch/pytorch': 'torch',
  'tensorflow/tensorflow': 'tensorflow',
  python: 'python',
};

function imageVersions(document: DockerfileDocument): readonly Declared[] {
  return document.stages.flatMap(({ image, tag, span, certainty, from }) => {
    const name = IMAGES[image.replace(/^docker\.io\/(library\/)?/, '')];
    const version = /^v?(\d+(?:\.\d+)*)(?![\w.])/.exec(tag ?? '')?.[1];
    if (name === undefined || version === undefined || certainty === 'open' || from !== undefined) return [];
    // A tag such as `python:3.10` stands for any patch of it.
    const specifier = version.split('.').length > 2 ? `==${version}` : `==${version}.*`;
    return [
      {
        name,
        specifier,
        pinned: pinOf(specifier),
        span,
        source: 'image' as const,
        group: 'main',
        marker: undefined,
        url: undefined,
        open: false,
      },
    ];
  });
}

/** What a Dockerfile installs, and what its base images hold by their tags. */
export function dockerInstalls(document: DockerfileDocument): readonly Declared[] {
  const installed = dockerInstallCommands(document).flatMap(({ install, offset, instruction }) =>
    declaredIn(install, offset, (text) => {
      if (!text.includes('$')) return { text, open: false };
      const value = expanded(document, instruction, text);
      return { text: value.text, open: value.certainty === 'open' };
    }),
  );
  return [...imageVersions(document), ...installed];
}

/** What `%pip install`, `!pip install` and `%conda install` of a notebook install. */
export function magicInstalls(document: PythonDocument): readonly Declared[] {
  return document.magics.flatMap(({ text, span }) => {
    // A cell magic is the whole cell; its marks and the line's exclamation mark become blanks so that offsets hold.
    const shell = text.replace(/^\s*(?:%%(?:bash|sh|script[^\n]*)|[%!]+)/, (mark) => ' '.repeat(mark.length));
    return shellCommands(shell).flatMap((command) => {
      const install = installOf(command);
      if (install === undefined) return [];
      return declaredIn(install, span.start, (word) => ({ text: word, open: /[${}]/.test(word) }));
    });
  });
}
