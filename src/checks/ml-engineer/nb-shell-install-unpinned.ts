import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { placeOf } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { Magic } from '../../documents/python/python.ts';
import { type ShellWord, shellCommands } from '../../documents/shell.ts';
import { installOf } from '../../facts/versions/install.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** One version, one commit, one wheel; a folder or file of the repository; text that another program fills in. */
function isPinned({ text, open }: ShellWord): boolean {
  if (open || /[{}$]/.test(text) || /^(\.|\/|~)|\.whl$|\.txt$/.test(text) || text === '') return true;
  if (/git\+|^https?:/.test(text))
    return /@[0-9a-f]{7,40}(#|$)|@v?\d+\.\d+[\w.]*(#|$)|\/v?\d+\.\d+[\w.]*\.(zip|tar\.gz)/.test(text);
  return /={2,3}[\w.]+/.test(text) || /^[\w.-]+=[\d.]+$/.test(text) || /^(pip|setuptools|wheel|uv)$/.test(text);
}

interface Found {
  readonly span: Span;
  readonly says: string;
  readonly grade?: string;
}

function judge({ text, span }: Magic): readonly Found[] {
  const shell = text.replace(/^\s*(?:%%(?:bash|sh)|[%!]+)/, (mark) => ' '.repeat(mark.length));
  return shellCommands(shell).flatMap((command): readonly Found[] => {
    const install = installOf(command);
    if (install === undefined || command.words.some((word) => /^(-e|--editable)$/.test(word.text))) return [];
    const shift = (part: Span): Span => ({ start: span.start + part.start, end: span.start + part.end });
    const index = command.words.find(
      (word, at) =>
        /^http:\/\/(?!localhost|127\.)/.test(word.text) && /index-url|^-i$/.test(command.words[at - 1]?.text ?? ''),
    );
    if (index !== undefined)
      return [
        {
          span: shift(index.span),
          says: 'packages come over a connection that anyone on the way can change',
          grade: 'cleartext',
        },
      ];
    const loose = install.packages.filter((word) => !isPinned(word));
    const [first] = loose;
    if (first === undefined) return [];
    const names = loose
      .slice(0, 3)
      .map((word) => `\`${word.text}\``)
      .join(', ');
    const more = loose.length > 3 ? ` and ${loose.length - 3} more` : '';
    return [
      {
        span: shift(first.span),
        says: `${names}${more} ${loose.length === 1 ? 'is' : 'are'} installed in whatever version is newest`,
      },
    ];
  });
}

const hasEnvironment = fact((project: Project): boolean =>
  project.paths.some((path) => /(^|\/)(conda|environment)[\w.-]*\.ya?ml$/.test(path)),
);

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  grades: {
    cleartext: { severity: 'high', when: 'the package index is asked over plain http' },
    environment: { severity: 'low', when: 'the repository describes its environment in a file' },
  },
  paths: { notebook: 'low' },
  title: 'Notebook installs packages without a version',
  why: `
    Next month the same cell installs other libraries. Results change or the notebook breaks, and nothing in the history says
    why.
  `,
  fix: 'Pin the version (`%pip install pandas==2.2.3`), or the commit of a git address.',
  references: ['https://pip.pypa.io/en/stable/topics/repeatable-installs/'],
  mentions: ['install'],
  examples: [
    bad({
      'a.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["!pip install -q «pandas» numpy==1.26.4\\n", "!pip install polars"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["%pip install --upgrade «scikit-learn>=1.0» torch"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["!pip install «git+https://github.com/acme/tools»"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["import sys\\n", "!{sys.executable} -m pip install «xgboost»"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["%conda install -c conda-forge «lightgbm»"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
    bad.as('cleartext')({
      'a.ipynb':
        '{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["!pip install --index-url «http://pypi.acme.io/simple» tools==1.0"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    }),
    bad.as('environment')({
      'environment.yml': 'name: x\ndependencies:\n  - python=3.12\n',
      'a.ipynb':
        '{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["!pip install «pandas»"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    }),
    good({
      'a.ipynb': `
        {"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
          "!pip install pandas==2.2.3 \\"torch==2.6.0\\"\\n",
          "%pip install -e .\\n",
          "%pip install -r requirements.txt\\n",
          "!pip install ./tools dist/x-1.0-py3-none-any.whl\\n",
          "!pip install git+https://github.com/acme/tools@0123456789abcdef0123456789abcdef01234567\\n",
          "!pip install {package} \\\\\\n",
          "    numpy==1.26.4\\n",
          "!pip install --upgrade pip\\n",
          "!apt-get install git\\n",
          "# !pip install pandas\\n",
          "print('pip install pandas')"
        ]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    if (document.origin === undefined) return;
    const known = hasEnvironment(project) ? { grade: 'environment' } : {};
    // Once for each cell: the lines of one are installed, and mended, together.
    const cells = new Set<number | undefined>();
    for (const { span, says, grade } of document.magics.flatMap(judge)) {
      const { cell } = placeOf(document, span);
      if (grade === undefined && cells.has(cell)) continue;
      if (grade === undefined) cells.add(cell);
      yield at(document, span, says.replace(/^p/, 'P'), grade === undefined ? known : { grade });
    }
  },
});
