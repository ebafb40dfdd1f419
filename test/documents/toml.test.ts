import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  type DataDocument,
  type DataNode,
  get,
  has,
  items,
  keys,
  number,
  pathOf,
  text,
} from '../../src/documents/data.ts';
import { parseToml } from '../../src/documents/toml.ts';

const toml = (source: string, path = 'a.toml'): DataDocument =>
  parseToml({ path: repoPath(path), blob: 'blob' as BlobId, text: source });
const written = (document: DataDocument, node: DataNode | undefined): string | undefined =>
  node && document.text.slice(node.span.start, node.span.end);

const PROJECT = `# head
name = "é𝄞"
[tool.poetry.dependencies] # deps
torch = { version = "^2.1", extras = ["cuda"] }
python = '>=3.10'
"scikit-learn" = "1.3"
[tool.poetry]
version = 1.10
[[package]]
name = "a"
[package.source]
when = 2024-01-02
[[package]]
name = "b"
x.y.z = [1, [2]]
`;

describe('the data tree of TOML', () => {
  const document = toml(PROJECT);
  const [root] = document.roots;

  test('answers by path with exact spans', () => {
    expect(document.damage).toEqual([]);
    expect(text(get(root, 'name'))).toBe('é𝄞');
    expect(written(document, get(root, 'tool', 'poetry', 'dependencies', 'torch', 'version'))).toBe('"^2.1"');
    expect(written(document, get(root, 'tool', 'poetry', 'dependencies', 'python'))).toBe("'>=3.10'");
    expect(keys(get(root, 'tool', 'poetry'))).toEqual(['dependencies', 'version']);
    expect(text(get(root, 'tool', 'poetry', 'version'))).toBe('1.10');
    expect(document.comments.map((each) => each.text)).toEqual(['# head', '# deps']);
  });

  test('lists of tables, dotted keys and dates', () => {
    expect(items(get(root, 'package'))).toHaveLength(2);
    expect(text(get(root, 'package', 0, 'source', 'when'))).toBe('2024-01-02');
    const two = get(root, 'package', 1, 'x', 'y', 'z', 1, 0);
    expect(number(two)).toBe(2);
    expect(two && pathOf(two)).toEqual(['package', 1, 'x', 'y', 'z', 1, 0]);
    expect(has(root, 'package', 1, 'source')).toBe('no');
    expect(written(document, get(root, 'package', 1))).toBe('[[package]]\nname = "b"\nx.y.z = [1, [2]]');
  });
});

describe('damaged TOML', () => {
  test('the tables around a broken one are kept, but open', () => {
    const document = toml('[a]\nx = 1\n[b]\ny = = 2\nz = 3\n[c]\nw = "4"\n[d\n[e]\nv = 5\n');
    const [root] = document.roots;
    expect(document.damage.map((each) => document.text.slice(0, each.span.start).split('\n').length)).toEqual([4, 8]);
    expect(number(get(root, 'a', 'x'))).toBe(1);
    expect(written(document, get(root, 'c', 'w'))).toBe('"4"');
    expect(number(get(root, 'e', 'v'))).toBe(5);
    expect(has(root, 'b', 'z')).toBe('unknown');
  });

  test('a template has no tree, a quoted one has', () => {
    expect(toml('[a]\nx = {{ y }}\n')).toMatchObject({ template: true, roots: [], damage: [] });
    expect(toml('a = """\n{% if x %}\n"""\n').template).toBe(false);
    expect(toml('a = 1', 'pyproject.toml.j2').template).toBe(true);
  });

  test.each([
    ['deep lists', `a = ${'['.repeat(20_000)}`],
    ['deep closed lists', `a = ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['deep tables', `a = ${'{a = '.repeat(20_000)}`],
    ['an open string', 'a = """x\n'.repeat(50)],
    ['a key twice', 'a = 1\na = 2\n'],
    ['merge conflict', 'a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> x\n'],
  ])('%s is damage', (_, source) => {
    expect(toml(source).damage.length).toBeGreaterThan(0);
  });

  test('a long dotted key, CRLF, a mark of byte order and a large lock are read', () => {
    expect(toml(`${'a.'.repeat(20_000)}b = 1`).roots).toHaveLength(1);
    const document = toml('\uFEFFa = 1\r\n[b]\r\nc = "x"\r\n');
    expect(written(document, get(document.roots[0], 'b', 'c'))).toBe('"x"');
    const lock = Array.from({ length: 2000 }, (_, at) => `[[package]]\nname = "p${at}"\nversion = "1.${at}"\n`).join(
      '\n',
    );
    expect(items(get(toml(lock).roots[0], 'package'))).toHaveLength(2000);
    expect(toml('').roots).toEqual([]);
  });
});
