import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { evasions } from '../../facts/model-files/structure.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Archive that tells different loaders different things',
  why: `
    A zip says everything twice, in local headers and in the directory at its end. PyTorch ignores encryption flags and checksums
    that make Python's zipfile give up, and other loaders believe the local headers. Where the two disagree, what was scanned is
    not what is loaded. Entries that leave the folder overwrite files of whoever extracts the archive.
  `,
  fix: 'Write the archive again with torch.save or the zipfile module; if you did not make it, do not load it.',
  references: [
    'https://nvd.nist.gov/vuln/detail/CVE-2025-1944',
    'https://nvd.nist.gov/vuln/detail/CVE-2025-1945',
    'https://nvd.nist.gov/vuln/detail/CVE-2025-10156',
  ],
  examples: [
    bad({
      'flags.pt': {
        base64:
          'UEsDBBQAAAAAAAAAIQCr0c9kBQAAAAUAAAAKAAAAbS9kYXRhLnBrbIACSwEuUEsBAhQDFAABAAAAAAAhAKvRz2QFAAAABQAAAAoAAAAAAAAAAAAAAKSBAAAAAG0vZGF0YS5wa2xQSwUGAAAAAAEAAQA4AAAALQAAAAAA',
      },
    }),
    bad({
      'names.pt': {
        base64:
          'UEsDBBQAAAAAAAAAIQCr0c9kBQAAAAUAAAAKAAAAbS9kYXRhLnR4dIACSwEuUEsBAhQDFAAAAAAAAAAhAKvRz2QFAAAABQAAAAoAAAAAAAAAAAAAAKSBAAAAAG0vZGF0YS5wa2xQSwUGAAAAAAEAAQA4AAAALQAAAAAA',
      },
    }),
    bad({
      'slip.zip': {
        base64:
          'UEsDBBQAAAAAAAAAIQCr0c9kBQAAAAUAAAAIAAAALi4vYS5wa2yAAksBLlBLAQIUAxQAAAAAAAAAIQCr0c9kBQAAAAUAAAAIAAAAAAAAAAAAAACkgQAAAAAuLi9hLnBrbFBLBQYAAAAAAQABADYAAAArAAAAAAA=',
      },
    }),
    good({
      'fine.pt': {
        base64:
          'UEsDBBQAAAAAAAAAIQCr0c9kBQAAAAUAAAAKAAAAbS9kYXRhLnBrbIACSwEuUEsDBBQAAAAAAAAAIQDRnmdVAgAAAAIAAAAJAAAAbS92ZXJzaW9uMwpQSwECFAMUAAAAAAAAACEAq9HPZAUAAAAFAAAACgAAAAAAAAAAAAAApIEAAAAAbS9kYXRhLnBrbFBLAQIUAxQAAAAAAAAAIQDRnmdVAgAAAAIAAAAJAAAAAAAAAAAAAACkgS0AAABtL3ZlcnNpb25QSwUGAAAAAAIAAgBvAAAAVgAAAAAA',
      },
    }),
    good({ 'model.pkl': 'ccollections\nOrderedDict\n(tR.' }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const notes = evasions(file);
    const [worst] = notes;
    if (worst === undefined) return;
    const more = notes.length > 1 ? ` (and ${notes.length - 1} more)` : '';
    const message = `\`${printable(partName(document.path, worst.part))}\`: ${printable(worst.note.text)}${more}`;
    yield { ...atFile(document.path, message), flagged: worst.note.kind };
  },
});
