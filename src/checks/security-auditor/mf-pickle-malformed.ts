import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { judgedNames } from '../../facts/model-files/judge.ts';
import { malformations, stackedPickles } from '../../facts/model-files/structure.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    stacked: { severity: 'medium', when: 'the only oddity is that further, harmless pickles follow the first' },
  },
  title: 'Pickle that no pickler writes',
  why: `
    Python's own pickler never crosses a frame, repeats PROTO, reads a memo entry it did not write, or breaks off after a call.
    A stream that does is made by hand, usually so that a scanner and the unpickler read different things: what ran before the
    break has run, and what follows STOP is read by whoever calls load once more.
  `,
  fix: 'Write the file again with the library that owns the format. If you did not write it, do not load it.',
  references: [
    'https://docs.python.org/3/library/pickletools.html',
    'https://github.com/trailofbits/fickling',
    'https://peps.python.org/pep-3154/',
  ],
  examples: [
    bad`
      «»ccollections
      OrderedDict
      (tR0g9
      .
    `,
    bad({ 'a.pkl': '«»ccollections\nOrderedDict\n(tR' }),
    bad({ 'b.pkl': { base64: 'gASVBwAAAAAAAABCCAAAAHh4QUJDREVGR0hOLg==' }, 'c.pkl': { base64: 'gAKABE4u' } }),
    bad.as('stacked')({ 'd.pkl': '«»I1\n.(I2\nI3\nt.' }),
    good`
      (I1
      I2
      l.
    `,
    good({
      'legacy.pt': { base64: 'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9LoACfS6AAl0u' },
      'padded.pkl': { base64: 'gARLAS4AAAAAAAAAAAAAAAA=' },
      'page.pkl': '<html>not found</html>\n',
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const faults = malformations(file);
    const behind = judgedNames(file).find(({ tier, reached }) => tier === 'denied' && !reached);
    const [worst] = faults;
    if (worst !== undefined) {
      const more = faults.length > 1 ? ` (and ${faults.length - 1} more oddities)` : '';
      const hidden = behind === undefined ? '' : `; behind the break it names \`${printable(behind.name)}\``;
      const place = worst.note.offset === undefined ? '' : ` at byte ${worst.note.offset}`;
      yield {
        ...atFile(
          document.path,
          `\`${printable(partName(document.path, worst.part))}\`${place}: ${printable(worst.note.text)}${more}${hidden}`,
        ),
        flagged: worst.note.kind,
      };
      return;
    }
    const [stacked] = stackedPickles(file);
    if (stacked === undefined) return;
    const message = `\`${printable(partName(document.path, stacked.part))}\`: ${stacked.note.text}`;
    yield { ...atFile(document.path, message, { grade: 'stacked' }), flagged: stacked.note.kind };
  },
});
