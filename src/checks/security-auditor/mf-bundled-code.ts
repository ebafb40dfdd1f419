import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { type ModelCode, modelCode } from '../../facts/model-files/programs.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

/** A module that the same repository brings is reviewed like all its code. */
function isReviewed({ grade, module = '' }: ModelCode, path: RepoPath, project: Project): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return grade === 'beside' && project.tree.has(`${folder}${module}` as RepoPath);
}

const GRADES: Readonly<Record<ModelCode['grade'], string | undefined>> = {
  runs: undefined,
  elsewhere: undefined,
  bundled: 'bundled',
  beside: 'beside',
};

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    bundled: { severity: 'medium', when: 'the archive brings a program that only does what programs of models do' },
    beside: { severity: 'medium', when: 'the configuration names a module that is not in the repository' },
  },
  title: 'Model that brings code of its own',
  why: `
    A TorchServe archive runs its handler on every request, and \`auto_map\` in a Hugging Face configuration names the Python files that
    \`trust_remote_code=True\` imports. A module of another repository is whatever its owner pushes next. Code inside an archive passes
    review as a binary file.
  `,
  fix: `
    Keep the handler as a source file and build the archive from it in CI; copy the modelling code into this repository, or use a class
    of the library itself, and delete \`auto_map\`.
  `,
  references: [
    'https://docs.pytorch.org/serve/custom_service.html',
    'https://huggingface.co/docs/transformers/custom_models',
  ],
  examples: [
    bad({
      'service.mar': {
        base64:
          'UEsDBBQAAAAIAAAAIQASsnUcHgAAACQAAAAVAAAATUFSLUlORi9NQU5JRkVTVC5qc29uq1bKzU9JzVGyUqhWykjMS8lJLQKyYUy9gkql2loAUEsDBBQAAAAIAAAAIQD5109yVwAAAGAAAAAKAAAAaGFuZGxlci5weR3KSwqAIBAA0L2nGFwlRLTuKiLhZ8KoHHFGqNsXvfXbr0pNgHuojSIyg2fgqlTCDbIv6cQhefEjRCqCt5hFwaeh9Fa+OcWM8VipS+3yVzs7qwOlRzujXlBLAQIUAxQAAAAIAAAAIQASsnUcHgAAACQAAAAVAAAAAAAAAAAAAACAAQAAAABNQVItSU5GL01BTklGRVNULmpzb25QSwECFAMUAAAACAAAACEA+ddPclcAAABgAAAACgAAAAAAAAAAAAAAgAFRAAAAaGFuZGxlci5weVBLBQYAAAAAAgACAHsAAADQAAAAAAA=',
      },
    }),
    bad({ 'model/config.json': '«»{"auto_map": {"AutoModel": "someone/else--modeling_net.Net"}}\n' }),
    bad.as('bundled')({
      'service.mar': {
        base64:
          'UEsDBBQAAAAIAAAAIQASsnUcHgAAACQAAAAVAAAATUFSLUlORi9NQU5JRkVTVC5qc29uq1bKzU9JzVGyUqhWykjMS8lJLQKyYUy9gkql2loAUEsDBBQAAAAIAAAAIQBbN88QSQAAAEoAAAAKAAAAaGFuZGxlci5weQ3BwQmAMAwAwH+mCHm1UBzAVcRHtJFWNCltBMfXu3o36442ALIcWFjzJSGzc8Ld1OX1OAP+uvjTFRcbU2Mv02lVAzElpI3iCh9QSwECFAMUAAAACAAAACEAErJ1HB4AAAAkAAAAFQAAAAAAAAAAAAAAgAEAAAAATUFSLUlORi9NQU5JRkVTVC5qc29uUEsBAhQDFAAAAAgAAAAhAFs3zxBJAAAASgAAAAoAAAAAAAAAAAAAAIABUQAAAGhhbmRsZXIucHlQSwUGAAAAAAIAAgB7AAAAwgAAAAAA',
      },
    }),
    bad.as('beside')({ 'model/config.json': '«»{"auto_map": {"AutoConfig": "configuration_net.NetConfig"}}\n' }),
    good({
      'model/config.json': '{"auto_map": {"AutoModel": "modeling_net.Net"}}\n',
      'model/modeling_net.py': 'class Net:\n    pass\n',
    }),
    good({
      'service.mar': {
        base64:
          'UEsDBBQAAAAIAAAAIQDmjaXyKQAAACoAAAAVAAAATUFSLUlORi9NQU5JRkVTVC5qc29uq1bKzU9JzVGyUqhWykjMS8lJLQKylTJzE9NT45NzEouLM9MygWK1tQBQSwMEFAAAAAgAAAAhAEO/pqMEAAAAAgAAAAsAAABsYWJlbHMuanNvbquuBQBQSwECFAMUAAAACAAAACEA5o2l8ikAAAAqAAAAFQAAAAAAAAAAAAAAgAEAAAAATUFSLUlORi9NQU5JRkVTVC5qc29uUEsBAhQDFAAAAAgAAAAhAEO/pqMEAAAAAgAAAAsAAAAAAAAAAAAAAIABXAAAAGxhYmVscy5qc29uUEsFBgAAAAACAAIAfAAAAIkAAAAAAA==',
      },
    }),
    good({ 'model/config.json': '{"architectures": ["BertModel"], "auto_map": {}}\n' }),
  ],

  reads: MODEL_KINDS,
  *inspect(document, project) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const found = modelCode(file).filter((code) => !isReviewed(code, document.path, project));
    const [worst] = found;
    if (worst === undefined) return;
    const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
    const message = `\`${printable(partName(document.path, worst.part))}\` ${printable(worst.what)}${more}`;
    const grade = GRADES[worst.grade];
    yield { ...atFile(document.path, message, grade === undefined ? {} : { grade }), flagged: worst.what };
  },
});
