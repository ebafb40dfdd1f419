import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  each,
  entryOf,
  get,
  has,
  keys,
  literal,
  number,
  pathOf,
  text,
  walk,
} from '../../src/documents/data.ts';
import { parseHcl } from '../../src/documents/hcl.ts';

const hcl = (source: string): DataDocument =>
  parseHcl({ path: repoPath('main.tf'), blob: 'blob' as BlobId, text: source });
const written = (document: DataDocument, node: DataNode | undefined): string | undefined =>
  node && document.text.slice(node.span.start, node.span.end);

const TERRAFORM = `# endpoint
resource "aws_sagemaker_endpoint" "é𝄞" {
  name  = "fraud-\${var.env["x"]}" // name
  plain = "a\\n$\${b}"
  n     = -3
  size  = 1.50
  on    = true
  none  = null
  list  = [1, "a", var.x, [
    2,
  ]]
  tags = { a = 1, "b" : 2
    (var.k) = 3 }
  production_variants { initial_instance_count = 1 }
  production_variants {
    initial_instance_count = 2
  }
  doc = <<-EOF
    hello
      there
  EOF
  cond = x ? 1 : 2
  call = jsonencode({
    a = 1
  })
  all  = [for x in y : x]
  more = {
    # why
    for k in y : k => { a = k }
  }
}
resource "aws_sagemaker_endpoint" "other" {
  dynamic "tag" {
    for_each = var.tags
  }
}
variable "region" {}
/* end */
`;

describe('the data tree of HCL', () => {
  const document = hcl(TERRAFORM);
  const [root] = document.roots;
  const endpoint = get(root, 'resource', 'aws_sagemaker_endpoint', 'é𝄞');

  test('answers by path with exact spans', () => {
    expect(document.damage).toEqual([]);
    expect(written(document, get(endpoint, 'name'))).toBe('"fraud-${var.env["x"]}"');
    expect(text(get(endpoint, 'plain'))).toBe('a\n${b}');
    expect(number(get(endpoint, 'n'))).toBe(-3);
    expect(text(get(endpoint, 'size'))).toBe('1.50');
    expect(bool(get(endpoint, 'on'))).toBe(true);
    expect(written(document, get(endpoint, 'list', 3, 0))).toBe('2');
    expect(number(get(endpoint, 'tags', 'b'))).toBe(2);
    expect(text(get(endpoint, 'doc'))).toBe('hello\n  there');
    expect(written(document, get(endpoint, 'call'))).toBe('jsonencode({\n    a = 1\n  })');
    expect(written(document, get(endpoint, 'cond'))).toBe('x ? 1 : 2');
    expect(document.comments.map((comment) => comment.text)).toEqual(['# endpoint', '// name', '# why', '/* end */']);
    const variants = get(endpoint, 'production_variants');
    const key = variants && entryOf(variants)?.keySpan;
    expect(key && document.text.slice(key.start, key.end)).toBe('production_variants');
  });

  test('blocks are maps below type and labels, repeated ones lists', () => {
    expect(each(get(endpoint, 'production_variants')).map((one) => number(get(one, 'initial_instance_count')))).toEqual(
      [1, 2],
    );
    expect(keys(get(root, 'resource', 'aws_sagemaker_endpoint'))).toEqual(['é𝄞', 'other']);
    expect(has(root, 'variable', 'region')).toBe('yes');
    for (const node of walk(root)) expect(get(root, ...pathOf(node))).toBe(node);
  });

  test('expressions are open, and dynamic blocks hide what is there', () => {
    for (const key of ['name', 'cond', 'call', 'all', 'more', 'tags'])
      expect([key, get(endpoint, key)?.open]).toEqual([key, true]);
    expect(literal(get(endpoint, 'list', 2))).toBeUndefined();
    expect(has(endpoint, 'data_capture_config')).toBe('no');
    expect(has(get(root, 'resource', 'aws_sagemaker_endpoint', 'other'), 'data_capture_config')).toBe('unknown');
    expect(get(hcl('a = [1][0]\nb = 2\n').roots[0], 'a')?.open).toBe(true);
  });
});

describe('damaged HCL', () => {
  test('what follows an error is kept, but open', () => {
    const document = hcl('a = 1\nbad = = 2\nresource "x" "y" {\n  b = \n  c = 3\n}\n?\nd = 4\n');
    const [root] = document.roots;
    expect(document.damage.length).toBeGreaterThan(1);
    expect(number(get(root, 'resource', 'x', 'y', 'c'))).toBe(3);
    expect(number(get(root, 'd'))).toBe(4);
    expect(has(root, 'resource', 'x', 'z')).toBe('unknown');
  });

  const many = 20_000;
  test.each([
    ['deep lists', `a = ${'['.repeat(many)}`],
    ['deep closed lists', `a = ${'['.repeat(many)}${']'.repeat(many)}`],
    ['deep blocks', 'a {\n'.repeat(many)],
    ['deep interpolation', `a = "${'${"'.repeat(many)}`],
    ['deep calls and no end', `a = ${'f('.repeat(many)}`],
    ['an open string', 'a = "x\nb = 1\n'],
    ['an open heredoc', 'a = <<EOF\nb = 1\n'],
    ['an open comment', '/* x\n'],
    ['too many ends', '}]})'.repeat(many)],
    ['merge conflict', 'a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> x\n'],
  ])('%s is damage', (_, source) => {
    expect(hcl(source).damage.length).toBeGreaterThan(0);
  });

  test('CRLF, a mark of byte order, long lines, many blocks and templates', () => {
    const windows = hcl('\uFEFFa {\r\n  b = "c"\r\n}\r\n');
    expect(windows.damage).toEqual([]);
    expect(written(windows, get(windows.roots[0], 'a', 'b'))).toBe('"c"');
    expect(hcl(`a = "${'x'.repeat(5_000_000)}"`).damage).toEqual([]);
    expect(each(get(hcl('a {\n}\n'.repeat(many)).roots[0], 'a'))).toHaveLength(many);
    expect(hcl('{% if x %}\na = 1\n').template).toBe(true);
    expect(hcl('').roots).toEqual([]);
  });
});
