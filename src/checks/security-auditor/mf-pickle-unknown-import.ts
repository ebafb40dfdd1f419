import { MODEL_KINDS, modelFileOf, partName, printable } from '../../facts/model-files/file-of.ts';
import { type JudgedName, judgeNames, worstFirst } from '../../facts/model-files/judge.ts';
import { ownPackages } from '../../facts/model-files/own.ts';
import { atFile, bad, defineCheck, good } from '../../kit/index.ts';

function gradeOf(names: readonly JudgedName[]): { readonly grade?: string } {
  if (names.some(({ tier, called }) => tier === 'unknown' && called)) return {};
  return { grade: names.some(({ tier }) => tier === 'unknown') ? 'looked-up' : 'own' };
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: {
    'looked-up': { severity: 'low', when: 'the unknown names are looked up but not called' },
    own: { severity: 'low', when: 'the names are classes of this repository or of the script that wrote the file' },
  },
  title: 'Model file that needs code nobody has vouched for',
  why: `
    Loading imports the module and calls the class. The name is on no list of known classes of ML libraries, so what it does is
    not known here. A class of your own must also stay importable under the same name, or old files no longer load.
  `,
  fix: `
    Check what the named code does and pin the package that brings it. For weights, store a state dict in safetensors; for a class
    of your own, pin the code's version beside the file.
  `,
  references: [
    'https://docs.python.org/3/library/pickle.html',
    'https://scikit-learn.org/stable/model_persistence.html',
  ],
  examples: [
    bad`
      «»cacme.models
      Scorer
      (tR.
    `,
    bad.as('looked-up')({ 'model.pkl': '«»cacme.models\nScorer\n.' }),
    bad.as('own')({
      'model.pkl': '«»cfraud.features\nEncoder\n(tR.',
      'src/fraud/features.py': 'class Encoder:\n    pass\n',
    }),
    bad.as('own')({ 'model.pkl': '«»c__main__\nNet\n(tR.' }),
    good`
      csklearn.linear_model._logistic
      LogisticRegression
      (tR.
    `,
    good({
      'a.pkl': "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR.",
      'b.pkl': "cposix\nsystem\n(S'true'\ntR.",
    }),
  ],

  reads: MODEL_KINDS,
  *inspect(document, project) {
    const file = modelFileOf(document);
    if (file === undefined) return;
    const names = worstFirst(
      judgeNames(file, ownPackages(project)).filter(
        ({ tier, reached }) => reached && (tier === 'unknown' || tier === 'own'),
      ),
    );
    const [worst] = names;
    if (worst === undefined) return;
    const distinct = [...new Set(names.map(({ name }) => printable(name)))];
    const more =
      distinct.length > 1 ? ` and ${distinct.length - 1} more (\`${distinct.slice(1, 4).join('`, `')}\`)` : '';
    const message = `\`${printable(partName(document.path, worst.part))}\` needs \`${printable(worst.name)}\`${more}, which ${worst.why}: ${printable(worst.how)}`;
    yield { ...atFile(document.path, message, gradeOf(names)), flagged: worst.name };
  },
});
