import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  each,
  get,
  has,
  number,
  pathOf,
  text,
  walk,
} from '../../src/documents/data.ts';
import { parsePbtxt } from '../../src/documents/pbtxt.ts';

const pbtxt = (source: string): DataDocument =>
  parsePbtxt({ path: repoPath('config.pbtxt'), blob: 'blob' as BlobId, text: source });
const written = (document: DataDocument, node: DataNode | undefined): string | undefined =>
  node && document.text.slice(node.span.start, node.span.end);

const MODEL = `# model
name: "résumé" 'r'
backend: "onnxruntime"
max_batch_size: 8
input [
  { name: "ids" data_type: TYPE_INT64 dims: [ -1, 16 ] },
  { name: "mask", dims: 3 dims: 4 }
]
instance_group { kind: KIND_GPU; count: 2 }
instance_group [ { count: 3 } ]
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 1e2 }
version_policy: { latest { num_versions: 1 } }
optimization < graph: < level: 1 > >
strict: true
`;

describe('the data tree of text protobuf', () => {
  const document = pbtxt(MODEL);
  const [root] = document.roots;

  test('answers by path with exact spans', () => {
    expect(document.damage).toEqual([]);
    expect(text(get(root, 'name'))).toBe('résumér');
    expect(written(document, get(root, 'name'))).toBe('"résumé" \'r\'');
    expect(number(get(root, 'max_batch_size'))).toBe(8);
    expect(text(get(root, 'input', 0, 'data_type'))).toBe('TYPE_INT64');
    expect(number(get(root, 'input', 0, 'dims', 0))).toBe(-1);
    expect(written(document, get(root, 'dynamic_batching', 'preferred_batch_size'))).toBe('[ 4, 8 ]');
    expect(number(get(root, 'dynamic_batching', 'max_queue_delay_microseconds'))).toBe(100);
    expect(number(get(root, 'version_policy', 'latest', 'num_versions'))).toBe(1);
    expect(number(get(root, 'optimization', 'graph', 'level'))).toBe(1);
    expect(bool(get(root, 'strict'))).toBe(true);
    expect(has(root, 'model_warmup')).toBe('no');
    expect(document.comments).toHaveLength(1);
  });

  test('repeated fields are lists', () => {
    expect(each(get(root, 'instance_group')).map((group) => number(get(group, 'count')))).toEqual([2, 3]);
    expect(each(get(root, 'input', 1, 'dims')).map(number)).toEqual([3, 4]);
    for (const node of walk(root)) expect(get(root, ...pathOf(node))).toBe(node);
  });

  test.each([
    ['name: "x', 'name'],
    ['name: "x" input [ {', 'name'],
    ['name: "x" } ] b: 1', 'name'],
    ['name: "x" { y: 1 } b: 1', 'name'],
    [`name: "x" ${'a { '.repeat(20_000)}`, 'name'],
    [`name: "x" a: ${'['.repeat(20_000)}${']'.repeat(20_000)} b: 1`, 'b'],
  ])('damage is data: %.20s', (source, key) => {
    const broken = pbtxt(source);
    expect(broken.damage.length).toBeGreaterThan(0);
    expect(has(broken.roots[0], key)).not.toBe('no');
    expect(has(broken.roots[0], 'other')).toBe('unknown');
  });

  test('templates and long lines', () => {
    expect(pbtxt('max_batch_size: {{ n }}').template).toBe(true);
    expect(pbtxt(`name: "${'x'.repeat(5_000_000)}"`).damage).toEqual([]);
    expect(pbtxt('').roots).toEqual([]);
  });
});
