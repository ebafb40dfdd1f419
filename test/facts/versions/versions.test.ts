import { type RepoPath, repoPath } from '../../../src/core/location.ts';
import type { BlobId, CommitSha, Content, TreeEntry } from '../../../src/core/snapshot.ts';
import { createProject, type Project } from '../../../src/documents/project.ts';
import { loadPython } from '../../../src/documents/python/grammar.ts';
import { type Declared, declaredPackages } from '../../../src/facts/versions/declared.ts';
import { isAtLeast, isBelow, versionMap } from '../../../src/facts/versions/map.ts';
import { condaRange, poetryRange } from '../../../src/facts/versions/range.ts';

beforeAll(() => loadPython());

function projectOf(files: Readonly<Record<string, string>>): Project {
  const tree = new Map<RepoPath, TreeEntry>();
  const contents = new Map<BlobId, Content>();
  for (const [name, text] of Object.entries(files)) {
    const path = repoPath(name);
    const blob = name as BlobId;
    tree.set(path, { path, blob, mode: 'file', size: text.length });
    contents.set(blob, { kind: 'text', text, lossy: false });
  }
  return createProject({ side: { commit: 'c' as CommitSha, tree }, contents, changed: new Set() });
}

function declaredIn(name: string, text: string): readonly (Declared & { readonly written: string })[] {
  const document = projectOf({ [name]: text }).document(repoPath(name));
  if (document === undefined) throw new Error(`${name} was not read`);
  return declaredPackages(document).map((each) => ({
    ...each,
    written: document.text.slice(each.span.start, each.span.end),
  }));
}

const short = (name: string, text: string): readonly string[] =>
  declaredIn(name, text).map(
    (each) => `${each.name}${each.specifier}${each.group === 'main' ? '' : `:${each.group}`}${each.open ? '?' : ''}`,
  );

describe('what a file declares', () => {
  test('pyproject of PEP 621, dependency groups and poetry', () => {
    const text = `[project]
requires-python = ">=3.10"
dependencies = ["torch>=2.0,<2.6 ; sys_platform == 'linux'", "NumPy"]
[project.optional-dependencies]
gpu = ["xformers==0.0.23"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "x"}]
[tool.poetry.dependencies]
transformers = "^4.30"
peft = { version = "~0.5.1", extras = ["x"] }
flash = { git = "https://x/flash.git" }
[tool.poetry.group.lint.dependencies]
ruff = "*"
`;
    expect(short('pyproject.toml', text)).toEqual([
      'python>=3.10',
      'torch>=2.0,<2.6',
      'numpy',
      'xformers==0.0.23:gpu',
      'pytest>=8:dev',
      'transformers>=4.30,<5',
      'peft>=0.5.1,<0.6',
      'flash?',
      'ruff:lint',
    ]);
    const declared = declaredIn('pyproject.toml', text);
    expect(declared[1]).toMatchObject({
      written: `"torch>=2.0,<2.6 ; sys_platform == 'linux'"`,
      marker: "sys_platform == 'linux'",
    });
    expect(declared[6]?.written).toBe('peft = { version = "~0.5.1", extras = ["x"] }');
  });

  test.each<[string, string, readonly string[]]>([
    [
      'uv.lock',
      '[[package]]\nname = "torch"\nversion = "2.5.1"\n[[package]]\nname = "me"\nversion = "0"\nsource = { virtual = "." }\n',
      ['torch==2.5.1'],
    ],
    ['poetry.lock', '[[package]]\nname = "Torch"\nversion = "2.5.1"\ncategory = "dev"\n', ['torch==2.5.1:dev']],
    ['pdm.lock', '[[package]]\nname = "torch"\nversion = "2.5.1"\n', ['torch==2.5.1']],
    [
      'Pipfile',
      '[packages]\ntorch = "==2.1"\n[dev-packages]\npytest = "*"\n[requires]\npython_version = "3.10"\n',
      ['torch==2.1', 'pytest:dev', 'python==3.10.*'],
    ],
    [
      'Pipfile.lock',
      '{"default": {"torch": {"version": "==2.1.0"}}, "develop": {"x": {"version": "==1"}}}',
      ['torch==2.1.0', 'x==1:dev'],
    ],
    [
      'environment.yml',
      'name: x\nchannels: [c]\ndependencies:\n  - python=3.10\n  - pytorch::pytorch=2.1.0=py3_cuda\n  - numpy >=1.20,<2\n  - scipy\n  - pip:\n    - transformers==4.30\n',
      ['python==3.10.*', 'torch==2.1.0.*', 'numpy>=1.20,<2', 'scipy', 'transformers==4.30'],
    ],
    [
      'python_env.yaml',
      'python: 3.10.4\nbuild_dependencies: [pip]\ndependencies:\n  - mlflow==2.9.0\n',
      ['python==3.10.4', 'mlflow==2.9.0'],
    ],
    ['conda-lock.yml', 'package:\n  - name: pytorch\n    version: 2.1.0\n    category: main\n', ['torch==2.1.0']],
    [
      'setup.cfg',
      '[options]\npython_requires = >=3.8\ninstall_requires =\n    torch>=2 # why\n    numpy==1.26\n[options.extras_require]\ndev =\n    pytest\n',
      ['torch>=2', 'numpy==1.26', 'pytest:dev', 'python>=3.8'],
    ],
    [
      'setup.py',
      'from setuptools import setup\nREQ = ["torch>=2", "numpy==1.26"]\nsetup(name="x", install_requires=REQ)\n',
      ['torch>=2', 'numpy==1.26'],
    ],
    ['requirements-dev.txt', 'pytest\nkeras==${V}\n', ['pytest:dev', 'keras==${V}:dev?']],
    ['docker-compose.env.yml', 'services:\n  x: {}\ndependencies: [a]\nname: y\n', []],
  ])('%s', (name, text, declared) => {
    expect(short(name, text)).toEqual(declared);
  });

  test('a Dockerfile: images, RUN and ENV', () => {
    const text = `FROM pytorch/pytorch:2.1.0-cuda12.1
ENV TF=2.10
ARG NO
RUN apt-get update && pip install --no-cache-dir -r requirements.txt "transformers[x]>=4.30" \\
    tensorflow==$TF keras==$NO && conda install -y -c c numpy=1.26
RUN python -m pip install -i https://x scipy==1.11
`;
    expect(short('Dockerfile', text)).toEqual([
      'torch==2.1.0',
      'transformers>=4.30',
      'tensorflow==2.10',
      'keras==$NO?',
      'numpy==1.26.*',
      'scipy==1.11',
    ]);
    expect(declaredIn('Dockerfile', text).map((each) => each.written)).toEqual([
      'pytorch/pytorch:2.1.0-cuda12.1',
      '"transformers[x]>=4.30"',
      'tensorflow==$TF',
      'keras==$NO',
      'numpy=1.26',
      'scipy==1.11',
    ]);
  });

  test('a notebook', () => {
    const notebook = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { language: 'python', name: 'python3' } },
      cells: [
        {
          cell_type: 'code',
          execution_count: null,
          metadata: {},
          outputs: [],
          source: ['%pip install -q torch==2.0.1 "x>=1"\n', '!pip3 install numpy\n', 'import torch\n'],
        },
      ],
    });
    expect(short('a.ipynb', notebook)).toEqual(['torch==2.0.1', 'x>=1', 'numpy']);
  });
});

describe('ranges of other tools', () => {
  test.each([
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^1', '>=1,<2'],
    ['~1', '>=1,<2'],
    ['~=1.2', '~=1.2'],
    ['1.2.*', '==1.2.*'],
    ['>=1, <2', '>=1,<2'],
  ])('poetry %s is %s', (written, specifier) => expect(poetryRange(written)).toEqual({ specifier, open: false }));

  test.each([
    ['=1.2', '==1.2.*'],
    ['==1.2', '==1.2'],
    ['1.2.*', '==1.2.*'],
    ['=1.2=py39_0', '==1.2.*'],
    ['>=1.2,<2', '>=1.2,<2'],
    ['', ''],
  ])('conda %s is %s', (written, specifier) => expect(condaRange(written)).toEqual({ specifier, open: false }));

  test('what is not understood is open', () => {
    expect(poetryRange('^1 || ^2').open).toBe(true);
    expect(condaRange('>=1|<0.5').open).toBe(true);
  });
});

describe('the version map', () => {
  const at = (files: Readonly<Record<string, string>>, path: string, name = 'torch') =>
    versionMap(projectOf(files), repoPath(path))(name);

  test('the nearest folder speaks, and bare names go on upwards', () => {
    const files = {
      'requirements.txt': 'torch==2.6\n',
      'a/requirements.txt': 'torch==2.1\n',
      'b/requirements.txt': 'torch\n',
    };
    expect(at(files, 'a/x/y.py')?.version).toBe('2.1');
    expect(at(files, 'b/x.py')?.version).toBe('2.6');
    expect(at(files, 'x.py', 'Torch')?.declarations[0].path).toBe('requirements.txt');
    expect(at(files, 'x.py', 'numpy')).toBeUndefined();
    expect(at({ 'requirements.txt': 'torch\n' }, 'x.py')).toMatchObject({
      version: undefined,
      declarations: [{ declared: { specifier: '' } }],
    });
  });

  test('locks beat ranges, main beats groups', () => {
    const lock = '[[package]]\nname = "torch"\nversion = "2.5.1"\n';
    expect(
      at({ 'pyproject.toml': '[project]\ndependencies = ["torch>=2"]\n', 'uv.lock': lock }, 'src/x.py')?.version,
    ).toBe('2.5.1');
    expect(
      at({ 'requirements.txt': 'torch>=2\n', 'requirements-dev.txt': 'torch==1.0\n' }, 'x.py')?.declarations,
    ).toHaveLength(1);
  });

  test('includes and constraints are followed, also in circles', () => {
    const files = {
      'requirements/main.txt': '-r base.txt\n-c ../constraints.txt\n',
      'requirements/base.txt': '-r main.txt\ntorch\n',
      'constraints.txt': 'torch==2.2\n',
    };
    expect(at(files, 'src/x.py')?.version).toBe('2.2');
  });

  test('a Dockerfile and a notebook speak for themselves', () => {
    const docker = {
      'requirements.txt': 'torch==2.6\n',
      Dockerfile: 'FROM x\nRUN pip install torch==2.0\n',
      'd/Dockerfile': 'FROM x\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n',
    };
    expect(at(docker, 'Dockerfile')?.version).toBe('2.0');
    expect(at(docker, 'd/Dockerfile')?.version).toBe('2.6');
  });

  test('answers only what is certain', () => {
    const fact = (text: string) => at({ 'requirements.txt': text }, 'x.py');
    const answers = (text: string) => [isBelow(fact(text), '2.6'), isAtLeast(fact(text), '2.6')];
    expect(answers('torch==2.5.1\n')).toEqual(['yes', 'no']);
    expect(answers('torch>=2.6\n')).toEqual(['no', 'yes']);
    expect(answers('torch>=2\n')).toEqual(['unknown', 'unknown']);
    expect(answers('torch==${V}\n')).toEqual(['unknown', 'unknown']);
    expect(answers('torch==2.5 ; x == "y"\ntorch==2.7 ; x == "z"\n')).toEqual(['unknown', 'unknown']);
    expect(answers('torch==2.5 ; x == "y"\ntorch==2.4 ; x == "z"\n')).toEqual(['yes', 'no']);
    expect(answers('torch @ git+https://x/y.git\n')).toEqual(['unknown', 'unknown']);
    expect(answers('numpy\n')).toEqual(['unknown', 'unknown']);
  });
});
