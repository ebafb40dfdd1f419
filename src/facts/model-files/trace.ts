import { allParts, type ModelFile } from '../../documents/model-file/model.ts';

/** What loading a file does, step by step, in words: `model.pkl!data.pkl, byte 17: calls posix.system("true")`. At most `most` lines. */
export function traceInWords(file: ModelFile, most = 100): readonly string[] {
  const lines: string[] = [];
  let omitted = 0;
  for (const part of allParts(file)) {
    const place = part.path === '' ? file.name : part.path;
    for (const pickle of part.pickles) {
      for (const step of pickle.trace) {
        if (lines.length < most) lines.push(`${place}, byte ${step.offset}: ${step.opcode} ${step.text}`);
        else omitted += 1;
      }
      omitted += pickle.traceOmitted;
      if (pickle.ended === 'broken' && lines.length < most) {
        lines.push(
          `${place}, byte ${pickle.end}: unpickling fails, ${pickle.error ?? 'for an unknown reason'}; everything above ran before`,
        );
      }
    }
  }
  return omitted === 0 ? lines : [...lines, `and ${omitted} more steps`];
}
