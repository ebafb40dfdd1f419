import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  get,
  has,
  keys,
  literal,
  number,
  text,
} from '../../src/documents/data.ts';
import { parseIni } from '../../src/documents/ini.ts';

const ini = (source: string): DataDocument =>
  parseIni({ path: repoPath('setup.cfg'), blob: 'blob' as BlobId, text: source });
const written = (document: DataDocument, node: DataNode | undefined): string | undefined =>
  node && document.text.slice(node.span.start, node.span.end);

const CONFIG = `inference_address=http://0.0.0.0:8080
# comment
[core]
    remote = storage
    analytics = false
['remote "storage"']
    url = s3://bucket/\${ENV}
[options]
install_requires =
    torch>=2.0
    # why
    numpy==1.26 ; python_version < "3.12"
zip_safe: no
jobs = 4
home = %(here)s/x
flag
empty =
`;

describe('the data tree of INI', () => {
  const document = ini(CONFIG);
  const [root] = document.roots;

  test('sections, types and names', () => {
    expect(document.damage).toEqual([]);
    expect(keys(root)).toEqual(['inference_address', 'core', 'remote "storage"', 'options']);
    expect(text(get(root, 'inference_address'))).toBe('http://0.0.0.0:8080');
    expect(bool(get(root, 'core', 'analytics'))).toBe(false);
    expect(bool(get(root, 'options', 'zip_safe'))).toBe(false);
    expect(number(get(root, 'options', 'jobs'))).toBe(4);
    expect(has(root, 'options', 'flag')).toBe('yes');
    expect(has(root, 'core', 'flag')).toBe('no');
    expect(document.comments.map((each) => each.text)).toEqual(['# comment', '# why']);
  });

  test('values that go on, with exact spans', () => {
    const requires = get(root, 'options', 'install_requires');
    expect(text(requires)).toBe('torch>=2.0\nnumpy==1.26 ; python_version < "3.12"');
    expect(written(document, requires)?.startsWith('torch>=2.0\n    # why')).toBe(true);
    expect(written(document, get(root, 'options', 'zip_safe'))).toBe('no');
    expect(written(document, get(root, 'core', 'remote'))).toBe('storage');
  });

  test('what is completed elsewhere is open', () => {
    expect(literal(get(root, 'remote "storage"', 'url'))).toBeUndefined();
    expect(literal(get(root, 'options', 'home'))).toBeUndefined();
  });

  test('CRLF, damage and templates', () => {
    const windows = ini('[a]\r\nb = c\r\n');
    expect(written(windows, get(windows.roots[0], 'a', 'b'))).toBe('c');
    expect(ini('= x\na = 1\na = 2\n').damage).toHaveLength(2);
    expect(ini('{{ x }}\n').template).toBe(true);
    expect(ini(`[a]\nb = ${'x'.repeat(5_000_000)}`).damage).toEqual([]);
    expect(ini(`${'['.repeat(20_000)}\n`).roots).toHaveLength(1);
  });
});
