import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { tensorFaults } from '../../facts/model-files/structure.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'safetensors file that breaks its own format',
  why: `
    The format is safe because it is strict: tensors follow each other without holes or overlaps, names are unique, metadata is
    text. A file that differs was not written by the library, carries bytes that no tensor owns, or is cut off, and loaders
    disagree about what it holds.
  `,
  fix: 'Write the file again with the safetensors library and compare its hash with the one at the source.',
  references: [
    'https://github.com/huggingface/safetensors#format',
    'https://huggingface.co/docs/safetensors/metadata_parsing',
  ],
  examples: [
    bad({
      'model.safetensors': {
        base64:
          'PQAAAAAAAAB7ImEiOiB7ImR0eXBlIjogIkYzMiIsICJzaGFwZSI6IFsxXSwgImRhdGFfb2Zmc2V0cyI6IFs0LCA4XX19AAAAAAAAAAA=',
      },
    }),
    bad({ 'model.safetensors': { base64: 'GgAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6IHsieCI6IDF9fQ==' } }),
    bad({ 'model.safetensors': { base64: 'AAAAAAABAAB7fQ==' } }),
    good({
      'model.safetensors': {
        base64:
          'XwAAAAAAAAB7ImEiOiB7ImR0eXBlIjogIkYzMiIsICJzaGFwZSI6IFsyXSwgImRhdGFfb2Zmc2V0cyI6IFswLCA4XX0sICJfX21ldGFkYXRhX18iOiB7ImZvcm1hdCI6ICJwdCJ9fQAAAAAAAAAA',
      },
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const faults = tensorFaults(file);
    const [first] = faults;
    if (first === undefined) return;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more faults)` : '';
    yield {
      ...atFile(
        document.path,
        `\`${printable(partName(document.path, first.part))}\`: ${printable(first.note.text)}${more}`,
      ),
      flagged: first.note.kind,
    };
  },
});
