import { mismatches } from '../../facts/model-files/extensions.ts';
import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'input-validation',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Model file whose content is not what its name says',
  why: `
    Loaders look at the bytes, people and many scanners at the name. A pickle called \`.safetensors\`, \`.json\` or \`.png\` passes
    review as harmless data and runs code when a loader that sniffs the content opens it.
  `,
  fix: 'Give the file the extension of its content, or convert it to the format that its name promises.',
  references: [
    'https://github.com/mmaitre314/picklescan/security/advisories/GHSA-769v-p64c-89pr',
    'https://nvd.nist.gov/vuln/detail/CVE-2025-10155',
  ],
  examples: [
    bad({ 'model.safetensors': '«»ccollections\nOrderedDict\n(tR.' }),
    bad({
      'vocab.txt': '«»ccollections\nOrderedDict\n(tR.\n',
      'config.json': '«»(lp0\nccollections\nOrderedDict\n(tRa.',
    }),
    bad({ 'weights.pt': { base64: 'N3q8ryccAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' } }),
    good({
      'weights.bin': 'ccollections\nOrderedDict\n(tR.',
      'state.ckpt': 'ccollections\nOrderedDict\n(tR.',
      'classifier.model': '(I1\nI2\nl.',
    }),
    good({
      'requirements.txt': 'catboost\nnumpy\npandas==2.2\n',
      'notes.md': '(see below)\nIt works.\n',
      'labels.json': '{"a": 1}\n',
      'page.pkl': '<html></html>\n',
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    for (const { part, extension, kind } of mismatches(file).slice(0, 10)) {
      const message = `\`${printable(partName(document.path, part))}\` is called \`.${printable(extension)}\` but its content is ${kind}`;
      yield { ...atFile(document.path, message), flagged: `${part} ${kind}` };
    }
  },
});
