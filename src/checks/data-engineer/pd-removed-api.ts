import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { FRAME } from '../../facts/pandas/frames.ts';
import { REMOVED_MEMBERS, REMOVED_NAMES, type Removal } from '../../facts/pandas/removed.ts';
import { qualifiedName } from '../../facts/python/names.ts';
import { reachingBindings } from '../../facts/python/reaching.ts';
import { typeOf } from '../../facts/python/types.ts';
import { isVariable } from '../../facts/python/uses.ts';
import { isAtLeast, isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

function removalOf(document: PythonDocument, node: PyNode): Removal | undefined {
  const name = qualifiedName(document, node);
  if (name !== undefined && Object.hasOwn(REMOVED_NAMES, name)) return REMOVED_NAMES[name];
  const member = child(node, 'attribute');
  const object = child(node, 'object');
  const known = member === undefined ? '' : textOf(document, member);
  if (object === undefined || !Object.hasOwn(REMOVED_MEMBERS, known)) return undefined;
  const type = typeOf(document, object);
  return type === FRAME || type === 'pandas.Series()' ? REMOVED_MEMBERS[known] : undefined;
}

/** A name as an import brought it; one that was assigned from it has been told of there. */
const readsImport = (document: PythonDocument, node: PyNode): boolean =>
  node.parent?.type !== 'attribute' &&
  isVariable(node) &&
  reachingBindings(document, node).some(({ kind }) => kind === 'import');

/** High where the pinned version has dropped it, low where no version is known, nothing where the version still has it. */
function gradeOf(
  project: Project,
  document: PythonDocument,
  { library, since, until }: Removal,
): { readonly grade?: string } | undefined {
  const version = versionMap(project, document.path)(library);
  if (isBelow(version, since) === 'yes' || (until !== undefined && isBelow(version, until) !== 'yes')) return undefined;
  return isAtLeast(version, since) === 'yes' ? {} : { grade: 'unpinned' };
}

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  grades: { unpinned: { severity: 'low', when: 'the version is not pinned, so that an old one may be installed' } },
  title: 'Name that the installed pandas or numpy no longer has',
  why: 'The line raises an AttributeError as soon as it is reached, perhaps late in a long job or only for rare data.',
  fix: 'Use the name that replaced it, as the migration guide lists it.',
  references: [
    'https://numpy.org/doc/stable/numpy_2_0_migration_guide.html',
    'https://pandas.pydata.org/docs/whatsnew/v2.0.0.html',
  ],
  mentions: ['pandas', 'numpy'],
  examples: [
    bad({
      'requirements.txt': 'pandas==2.2.3\nnumpy==2.1.0\n',
      'train.py': `
        import numpy
        import numpy as np
        import pandas as pd
        from numpy import NaN as missing

        df = pd.read_csv("a.csv")
        df = «df.append»(df)
        gap = «missing»

        class Features:
            def build(self, rows: pd.DataFrame):
                kind = «np.float_»
                for name, column in «rows.iteritems»():
                    yield «np.object»
                    yield «numpy.NaN»
                    yield «rows.ix»[0], «pd.datetime»
      `,
    }),
    bad({ 'requirements.txt': 'numpy==1.26.4\n', 'a.py': 'import numpy as np\nx = np.zeros(3, dtype=«np.bool»)\n' }),
    bad.as('unpinned')({ 'a.py': 'import numpy as np\nx = np.zeros(3, dtype=«np.float»)\n' }),
    bad({
      'requirements.txt': 'numpy==2.0.0\n',
      'a.py': 'import numpy as np\nfrom numpy import NaN\n\nn = «np.NaN»\nprint(n, «NaN»)\n',
    }),
    good({
      'requirements.txt': 'pandas==1.5.3\nnumpy==1.23.5\n',
      'a.py':
        'import numpy as np\nimport pandas as pd\ndf = pd.read_csv("a")\ndf = df.append(df)\nx = np.float(1), np.NaN, np.bool\n',
    }),
    good({
      'requirements.txt': 'pandas==2.2.3\nnumpy==2.1.0\n',
      'a.py': `
        import numpy as np
        import pandas as pd

        rows = []
        rows.append(1)
        thing.append(thing)
        flags = np.zeros(3, dtype=np.bool)
        x = np.float64(1), np.nan, np.inf, pd.Timestamp("2024-01-01")
        frame = pd.concat([pd.DataFrame(), pd.DataFrame()])
      `,
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    for (const node of nodesOf(document, 'attribute', 'identifier')) {
      if (node.type === 'identifier' && !readsImport(document, node)) continue;
      const removal = removalOf(document, node);
      const grade = removal && gradeOf(project, document, removal);
      if (removal === undefined || grade === undefined) continue;
      const { library, since, instead } = removal;
      const object = child(node, 'object');
      const text =
        instead?.startsWith('.') && object !== undefined
          ? textOf(document, object) + instead
          : instead?.startsWith('.')
            ? undefined
            : instead;
      const message = `\`${textOf(document, node)}\` was removed in ${library} ${since}`;
      yield at(document, node, message, {
        ...grade,
        ...(text === undefined || node.type === 'identifier' ? {} : { replacement: text }),
      });
    }
  },
});
