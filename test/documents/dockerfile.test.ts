import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  type DockerfileDocument,
  expanded,
  type Instruction,
  parseDockerfile,
} from '../../src/documents/dockerfile.ts';

const docker = (source: string, path = 'Dockerfile'): DockerfileDocument =>
  parseDockerfile({ path: repoPath(path), blob: 'blob' as BlobId, text: source });
const written = (document: DockerfileDocument, { start, end }: { start: number; end: number }): string =>
  document.text.slice(start, end);
const nth = (document: DockerfileDocument, keyword: string, at = 0): Instruction => {
  const found = document.instructions.filter((each) => each.keyword === keyword)[at];
  if (found === undefined) throw new Error(`no ${keyword}`);
  return found;
};

const IMAGE = `# syntax=docker/dockerfile:1
ARG CUDA=12.1
ARG TAG
FROM --platform=linux/amd64 nvidia/cuda:\${CUDA}-runtime AS Base
ENV A=1 B="x y"
ENV OLD some thing
ARG CUDA
RUN pip install \\
    # why
    torch==2.1 \\
 && echo "é𝄞"
RUN <<EOF
pip install numpy
EOF
COPY --from=base --chown=a:b ["a b", "c"]
from localhost:5000/x/y:\${TAG}
FROM python@sha256:abc
FROM base
CMD ["python", "serve.py"]
`;

describe('the Dockerfile reader', () => {
  const document = docker(IMAGE);

  test('instructions with exact spans', () => {
    expect(document.damage).toEqual([]);
    const run = nth(document, 'RUN');
    expect(run.args).toHaveLength(run.argsSpan.end - run.argsSpan.start);
    const at = run.argsSpan.start + run.args.indexOf('torch==2.1');
    expect(written(document, { start: at, end: at + 10 })).toBe('torch==2.1');
    expect(run.args).not.toContain('why');
    expect(run.words.map((word) => word.text)).toEqual(['pip', 'install', 'torch==2.1', '&&', 'echo', 'é𝄞']);
    for (const word of run.words) expect(written(document, word.span).replace(/"/g, '')).toBe(word.text);
    expect(written(document, run.span).endsWith('"é𝄞"')).toBe(true);
    expect(document.comments.map((each) => each.text)).toEqual(['# syntax=docker/dockerfile:1']);
  });

  test('flags, the exec form and heredocs', () => {
    const copy = nth(document, 'COPY');
    expect(copy.flags.map(({ name, value }) => [name, value])).toEqual([
      ['from', 'base'],
      ['chown', 'a:b'],
    ]);
    expect(copy.exec).toEqual(['a b', 'c']);
    expect(nth(document, 'CMD').exec).toEqual(['python', 'serve.py']);
    const [heredoc] = nth(document, 'RUN', 1).heredocs;
    expect(heredoc?.text).toBe('pip install numpy\n');
    expect(heredoc && written(document, heredoc.span)).toBe(heredoc?.text);
    expect(written(document, nth(document, 'RUN', 1).span).endsWith('\nEOF')).toBe(true);
  });

  test('stages', () => {
    expect(document.stages).toMatchObject([
      { name: 'base', image: 'nvidia/cuda', tag: '12.1-runtime', digest: undefined, certainty: 'default' },
      { name: undefined, image: 'localhost:5000/x/y', tag: '${TAG}', certainty: 'open' },
      { image: 'python', tag: undefined, digest: 'sha256:abc', certainty: 'literal' },
      { image: 'base', from: 0 },
    ]);
    const [first] = document.stages;
    expect(first && written(document, first.span)).toBe('nvidia/cuda:${CUDA}-runtime');
  });

  test('variables', () => {
    const run = nth(document, 'RUN');
    expect(expanded(document, run, '$A-${B}-$OLD')).toEqual({ text: '1-x y-some thing', certainty: 'literal' });
    expect(expanded(document, run, '${CUDA}')).toEqual({ text: '12.1', certainty: 'default' });
    expect(expanded(document, run, '$NO ${NO:-d} \\$A')).toEqual({ text: '$NO d $A', certainty: 'open' });
    expect(expanded(document, nth(document, 'CMD'), '$A ${CUDA}')).toEqual({ text: '1 ${CUDA}', certainty: 'open' });
  });
});

describe('odd Dockerfiles', () => {
  test('another escape mark, CRLF, a mark of byte order', () => {
    const windows = docker('\uFEFF# escape=`\r\nFROM x\r\nRUN a `\r\n  b\r\nRUN c\\d\r\n');
    expect(windows.damage).toEqual([]);
    expect(nth(windows, 'RUN').words.map((word) => word.text)).toEqual(['a', 'b']);
    expect(nth(windows, 'RUN', 1).args).toBe('c\\d');
  });

  test.each([
    ['no instruction', 'FROM x\nhello world\nRUN y\n'],
    ['merge conflict', 'FROM x\n<<<<<<< HEAD\nRUN y\n=======\n>>>>>>> z\n'],
    ['an open heredoc', 'FROM x\nRUN <<EOF\ny\n'],
    ['many open heredocs', `FROM x\n${'RUN <<EOF\n'.repeat(20_000)}`],
  ])('%s is damage', (_, source) => {
    const document = docker(source);
    expect(document.damage.length).toBeGreaterThan(0);
    expect(document.stages).toHaveLength(1);
  });

  test('templates, long lines and long continuations', () => {
    expect(docker('FROM x\n{% if y %}\nRUN z\n').template).toBe(true);
    expect(docker('FROM {{ x }}\n', 'Dockerfile.j2')).toMatchObject({ template: true, stages: [] });
    expect(docker(`FROM x\nRUN ${'y '.repeat(2_500_000)}`).damage).toEqual([]);
    expect(docker(`FROM x\nRUN "${'y\\"'.repeat(1_500_000)}`).damage).toEqual([]);
    expect(nth(docker(`FROM x\nRUN a ${'\\\n b '.repeat(100_000)}`), 'RUN').words).toHaveLength(100_001);
    const doubling = Array.from({ length: 60 }, (_, at) => `ENV A${at + 1}="$A${at}$A${at}"`).join('\n');
    const document = docker(`FROM x\nENV A0=xxxxxxxxxx\n${doubling}\nRUN y\n`);
    expect(expanded(document, nth(document, 'RUN'), '$A60').text.length).toBeLessThan(50_000);
    expect(docker('').stages).toEqual([]);
  });
});
