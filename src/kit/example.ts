/** One file of an example. Guillemets mark the exact text that must be flagged, on the side where they stand. */
export type ExampleFile =
  | string
  | { readonly before: string | null; readonly after: string | null }
  | { readonly base64: string };

/** A small pull request that documents and tests a check. A file given as a string is new in it. */
export interface Example {
  readonly verdict: 'bad' | 'good';
  /** Absent for a one-file example: the path follows from what the check reads. */
  readonly files: Readonly<Record<string, ExampleFile>> | undefined;
  readonly text: string | undefined;
  /** The grade that every finding of the example must carry. */
  readonly grade: string | undefined;
}

type Files = Readonly<Record<string, ExampleFile>>;
type Writer = (source: TemplateStringsArray | Files) => Example;

/** Strips the blank first and last line and the common indentation, and undoes the escapes a template literal needs. */
function dedent(raw: string): string {
  const text = raw.replace(/\\`/g, '`').replace(/\\\$\{/g, '${');
  const lines = text.replace(/^\n/, '').split('\n');
  if (lines.at(-1)?.trim() === '') lines.pop();
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return `${lines.map((line) => line.slice(Math.min(common, line.length - line.trimStart().length))).join('\n')}\n`;
}

function isTemplate(source: TemplateStringsArray | Files): source is TemplateStringsArray {
  return Array.isArray(source);
}

function dedentFile(file: ExampleFile): ExampleFile {
  if (typeof file === 'string') return dedent(file);
  if ('base64' in file) return file;
  return {
    before: file.before === null ? null : dedent(file.before),
    after: file.after === null ? null : dedent(file.after),
  };
}

function writer(verdict: Example['verdict'], grade: string | undefined): Writer {
  return (source) => {
    if (isTemplate(source)) {
      if (source.raw.length !== 1) throw new Error('an example holds no interpolation; write \\${ for a literal one');
      return { verdict, grade, files: undefined, text: dedent(source.raw[0] ?? '') };
    }
    const files = Object.fromEntries(Object.entries(source).map(([path, file]) => [path, dedentFile(file)]));
    return { verdict, grade, files, text: undefined };
  };
}

/** Must be flagged exactly at its guillemets; `bad.as('grade')` also demands the grade. */
export const bad: Writer & { readonly as: (grade: string) => Writer } = Object.assign(writer('bad', undefined), {
  as: (grade: string) => writer('bad', grade),
});

/** Must stay silent. */
export const good: Writer = writer('good', undefined);

/** A file on both sides; `null` where it does not exist. */
export function changed(before: string | null, after: string | null): ExampleFile {
  return { before, after };
}
