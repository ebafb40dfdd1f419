import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import { normalName, parseRequirements, type RequirementsDocument } from '../../src/documents/requirements.ts';

const read = (source: string, path = 'requirements.txt'): RequirementsDocument =>
  parseRequirements({ path: repoPath(path), blob: 'blob' as BlobId, text: source });
const written = (document: RequirementsDocument, { start, end }: { start: number; end: number }): string =>
  document.text.slice(start, end);

const FILE = `# é𝄞
-r base.txt
-cconstraints.txt # pinned
--extra-index-url https://x/simple
Torch[cuda, dev] >= 2.0, <3 ; python_version < "3.12"
scikit_learn==1.3.0 \\
    --hash=sha256:aa \\
    --hash sha256:bb
numpy
pandas (>=1,<2)
-e git+https://host/r.git@v1#egg=my_pkg&subdirectory=x
flash-attn @ https://x/flash_attn-2.5.0-cp310-cp310-linux_x86_64.whl ; x == "y"
https://x/torch-2.0.1%2Bcu118-cp310-cp310-linux_x86_64.whl
./local
-e .[dev]
keras==\${KERAS}
--pre
transformers~=4.30 # why
torch=2
two packages
`;

describe('the requirements reader', () => {
  const document = read(FILE);
  const named = (name: string) => document.requirements.find((each) => each.name === name);

  test('names, versions, extras and markers with exact spans', () => {
    const torch = document.requirements[0];
    expect(torch).toMatchObject({
      name: 'torch',
      specifier: '>=2.0,<3',
      extras: ['cuda', 'dev'],
      marker: 'python_version < "3.12"',
    });
    expect(torch && written(document, torch.nameSpan)).toBe('Torch');
    expect(torch && written(document, torch.specifierSpan)).toBe('>= 2.0, <3');
    expect(torch && written(document, torch.span)).toBe('Torch[cuda, dev] >= 2.0, <3 ; python_version < "3.12"');
    expect(named('scikit-learn')).toMatchObject({ specifier: '==1.3.0', hashes: ['sha256:aa', 'sha256:bb'] });
    expect(named('numpy')?.specifier).toBe('');
    expect(named('pandas')?.specifier).toBe('>=1,<2');
    const transformers = named('transformers');
    expect(transformers && written(document, transformers.span)).toBe('transformers~=4.30');
    expect(named('keras')?.open).toBe(true);
  });

  test('includes, options and comments', () => {
    expect(document.includes.map(({ kind, target }) => [kind, target])).toEqual([
      ['requirement', 'base.txt'],
      ['constraint', 'constraints.txt'],
    ]);
    expect(document.includes.map(({ span }) => written(document, span))).toEqual(['-r base.txt', '-cconstraints.txt']);
    expect(document.options.map(({ name, value }) => [name, value])).toEqual([
      ['extra-index-url', 'https://x/simple'],
      ['pre', undefined],
    ]);
    expect(document.comments.map((each) => each.text)).toEqual(['# é𝄞', '# pinned', '# why']);
  });

  test('URLs, paths and editable installs', () => {
    expect(named('my-pkg')).toMatchObject({
      editable: true,
      url: 'git+https://host/r.git@v1#egg=my_pkg&subdirectory=x',
    });
    expect(named('flash-attn')).toMatchObject({ specifier: '==2.5.0', marker: 'x == "y"' });
    expect(document.requirements.find((each) => each.specifier === '==2.0.1+cu118')?.name).toBe('torch');
    expect(document.requirements.filter((each) => each.name === '').map((each) => each.url)).toEqual([
      './local',
      '.[dev]',
    ]);
  });

  test('a line that is no requirement is damage', () => {
    expect(document.damage.map((each) => written(document, each.span))).toEqual(['torch=2', 'two packages']);
  });

  test('CRLF, a mark of byte order, hostile text and templates', () => {
    const windows = read('\uFEFFa==1 \\\r\n  --hash=sha256:x\r\nb==2\r\n');
    expect(windows.requirements.map(({ name, specifier }) => name + specifier)).toEqual(['a==1', 'b==2']);
    expect(windows.requirements.map((each) => written(windows, each.nameSpan))).toEqual(['a', 'b']);
    expect(read('x'.repeat(5_000_000)).requirements).toEqual([]);
    expect(read('a \\\n'.repeat(100_000)).requirements.length).toBeLessThan(2);
    expect(read(`a${'['.repeat(20_000)}`).damage).toHaveLength(1);
    expect(read('<<<<<<< HEAD\na==1\n=======\na==2\n>>>>>>> x\n').damage).toHaveLength(3);
    expect(read('{% if x %}\na\n').template).toBe(true);
    expect(read('').requirements).toEqual([]);
  });

  test('names are normalised', () => {
    expect(['Foo.Bar__baz', 'foo-bar-baz'].map(normalName)).toEqual(['foo-bar-baz', 'foo-bar-baz']);
  });
});
