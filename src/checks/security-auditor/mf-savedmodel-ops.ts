import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { operatorDangers } from '../../facts/model-files/operators.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { lists: { severity: 'medium', when: 'the graph only lists files' } },
  title: 'SavedModel whose graph reads files, writes files or calls Python',
  why: `
    A SavedModel is a program: its operators run with the rights of the serving process. \`ReadFile\`, \`WriteFile\` and \`PyFunc\`
    have no place in inference and are how a model reads credentials or plants files.
  `,
  fix: 'Export the model again without these operators; move file access and Python into the code around the model.',
  references: [
    'https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md',
    'https://github.com/protectai/modelscan/blob/main/docs/model_serialization_attacks.md',
  ],
  examples: [
    bad({ 'export/saved_model.pb': { base64: 'CAESIwoAEh8KDAoCbjASBk1hdE11bAoPCgJuMRIJV3JpdGVGaWxl' } }),
    bad({ 'export/saved_model.pb': { base64: 'CAESKQoAEiUKDAoCbjASBk1hdE11bBIVChMKAwoBZhoMCgJuMBIGUHlGdW5j' } }),
    bad.as('lists')({ 'export/saved_model.pb': { base64: 'CAESGQoAEhUKEwoCbjASDU1hdGNoaW5nRmlsZXM=' } }),
    good({
      'export/saved_model.pb': { base64: 'CAESMQoAEi0KDAoCbjASBk1hdE11bAoMCgJuMRIGU2F2ZVYyCg8KAm4yEglSZXN0b3JlVjI=' },
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    for (const { part, operator, count, what, grade } of operatorDangers(file)) {
      if (grade === 'custom') continue;
      const times = count > 1 ? ` ${count} times` : '';
      const message = `the graph in \`${printable(partName(document.path, part))}\` uses \`${printable(operator)}\`${times}, which ${what}`;
      yield { ...atFile(document.path, message, grade === 'lists-files' ? { grade: 'lists' } : {}), flagged: operator };
    }
  },
});
