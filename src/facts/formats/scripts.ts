import type { ShellCommand, ShellWord } from '../../documents/shell.ts';

/** What a command line hands to Python. */
export interface RunScript {
  readonly word: ShellWord;
  /** `src/train.py`, or `pkg.train` of `-m`. */
  readonly text: string;
  readonly module: boolean;
}

const PYTHON = /^(?:\S*\/)?python[\d.]*$/;
const LAUNCHER = /^(?:\S*\/)?(torchrun|accelerate|deepspeed|horovodrun|mpirun)$/;
/** Options of the interpreter that take the next word. */
const TAKES_NEXT = new Set(['-W', '-X']);

function afterPython(words: readonly ShellWord[], start: number): RunScript | undefined {
  for (let at = start; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined || word.open || word.text === '-c') return undefined;
    if (word.text === '-m') {
      const module = words[at + 1];
      return module === undefined || module.open ? undefined : { word: module, text: module.text, module: true };
    }
    if (TAKES_NEXT.has(word.text)) at += 1;
    else if (!word.text.startsWith('-'))
      return word.text.endsWith('.py') ? { word, text: word.text, module: false } : undefined;
  }
  return undefined;
}

/** The Python file or module that a command runs, also through `poetry run`, `uv run` and launchers of distributed training. */
export function scriptOf({ words }: ShellCommand): RunScript | undefined {
  const python = words.findIndex(({ text }) => PYTHON.test(text));
  if (python !== -1) return afterPython(words, python + 1);
  const launcher = words.findIndex(({ text }) => LAUNCHER.test(text));
  const word =
    launcher === -1 ? undefined : words.slice(launcher + 1).find(({ text, open }) => !open && text.endsWith('.py'));
  return word === undefined ? undefined : { word, text: word.text, module: false };
}
