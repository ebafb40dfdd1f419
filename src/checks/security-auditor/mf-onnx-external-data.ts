import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { externalEscapes, operatorDangers } from '../../facts/model-files/operators.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { custom: { severity: 'medium', when: 'the model needs operators that the runtime does not have' } },
  title: 'ONNX or TFLite model that reaches beyond its own files',
  why: `
    An ONNX tensor may lie in another file. A location that is absolute or climbs out of the model's folder makes the loader read
    any file it may read. A custom operator runs native code that the loader must bring.
  `,
  fix: 'Save the model with its external data beside it, under a plain relative name; use operators of the standard domains.',
  references: [
    'https://onnx.ai/onnx/repo-docs/ExternalData.html',
    'https://nvd.nist.gov/vuln/detail/CVE-2022-25882',
    'https://nvd.nist.gov/vuln/detail/CVE-2024-27318',
  ],
  examples: [
    bad({
      'model.onnx': { base64: 'CAgSBW1ha2VyOjAKCQoBeCIEUmVsdSogQgF3ahkKCGxvY2F0aW9uEg0uLi9zZWNyZXQuYmlucAESAWdCAhAN' },
    }),
    bad({
      'model.onnx': { base64: 'CAgSBW1ha2VyOi8KCQoBeCIEUmVsdSofQgF3ahgKCGxvY2F0aW9uEgwvZXRjL3dlaWdodHNwARIBZ0ICEA0=' },
    }),
    bad.as('custom')({ 'model.onnx': { base64: 'CAgSBW1ha2VyOhQKDwoBeCIERnVzZToEYWNtZRIBZ0ICEA0=' } }),
    good({
      'model.onnx': { base64: 'CAgSBW1ha2VyOi4KCQoBeCIEUmVsdSoeQgF3ahcKCGxvY2F0aW9uEgt3ZWlnaHRzLmJpbnABEgFnQgIQDQ==' },
    }),
    good({
      'model.onnx': {
        base64: 'CAgSBW1ha2VyOjYKGAoBeCIER2VsdToNY29tLm1pY3Jvc29mdAoXCgF4IgZTY2FsZXI6CmFpLm9ubngubWwSAWdCAhAN',
      },
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    for (const { part, tensor, location, why } of externalEscapes(file).slice(0, 20)) {
      const message = `the tensor \`${printable(tensor)}\` of \`${printable(partName(document.path, part))}\` lies in \`${printable(location)}\`, which ${why}`;
      yield { ...atFile(document.path, message), flagged: location };
    }
    for (const { part, operator, what, grade } of operatorDangers(file).slice(0, 20)) {
      if (grade !== 'custom') continue;
      const message = `the operator \`${printable(operator)}\` of \`${printable(partName(document.path, part))}\` ${what}`;
      yield { ...atFile(document.path, message, { grade: 'custom' }), flagged: operator };
    }
  },
});
