import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { kerasDangers } from '../../facts/model-files/keras.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { custom: { severity: 'medium', when: 'the configuration only needs code that the loader must bring' } },
  title: 'Keras model that carries or reaches code',
  why: `
    A Keras file is a configuration that the loader turns back into objects. Lambda layers hold marshalled bytecode, and the
    configuration can name modules to import and functions to call. \`safe_mode\` does not hold for .h5 files, and several releases
    could be talked out of it from inside the file.
  `,
  fix: `
    Replace the Lambda by a layer class that the serving code defines and registers, save again, and load with \`safe_mode=True\`
    on a current Keras.
  `,
  references: [
    'https://keras.io/api/models/model_saving_apis/model_saving_and_loading/',
    'https://nvd.nist.gov/vuln/detail/CVE-2024-3660',
    'https://nvd.nist.gov/vuln/detail/CVE-2025-1550',
  ],
  examples: [
    bad({
      'config.json':
        '«»{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wEA", null, null], "function_type": "lambda"}}]}}\n',
    }),
    bad({
      'model.json':
        '«»{"class_name": "Functional", "config": {"layers": [{"class_name": "run", "module": "os", "config": {}}]}}\n',
    }),
    bad({
      'm.json':
        '«»{"class_name": "Sequential", "config": {"layers": [{"class_name": "TorchModuleWrapper", "module": "keras.layers", "config": {}}]}}\n',
    }),
    bad.as('custom')({
      'model.json':
        '«»{"class_name": "Functional", "config": {"layers": [{"class_name": "Gate", "registered_name": "acme>Gate", "config": {}}]}}\n',
    }),
    good({
      'config.json':
        '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "module": "keras.layers", "config": {"units": 4}}]}}\n',
    }),
    good({
      'settings.json': '{"class_name": "Lambda", "note": "no Keras configuration"}\n',
      'f.json':
        '{"class_name": "Functional", "config": {"layers": [{"class_name": "TFOpLambda", "config": {"function": "math.add"}}]}}\n',
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const dangers = [...kerasDangers(file)].sort((a, b) => Number(a.grade === 'custom') - Number(b.grade === 'custom'));
    const [worst] = dangers;
    if (worst === undefined) return;
    const more = dangers.length > 1 ? ` (and ${dangers.length - 1} more)` : '';
    const where = worst.object.where === '' ? '' : ` at ${worst.object.where}`;
    const message = `\`${printable(partName(document.path, worst.part))}\`: the object \`${printable(worst.object.className)}\`${printable(where) === '' ? '' : ` ${printable(where)}`} ${printable(worst.what)}${more}`;
    yield {
      ...atFile(document.path, message, worst.grade === 'custom' ? { grade: 'custom' } : {}),
      flagged: worst.object.className,
    };
  },
});
