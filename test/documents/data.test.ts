import { repoPath } from '../../src/core/location.ts';
import type { BlobId } from '../../src/core/snapshot.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  each,
  entries,
  entryOf,
  entrySpan,
  get,
  has,
  items,
  keys,
  literal,
  number,
  pathOf,
  text,
  walk,
  walkEntries,
} from '../../src/documents/data.ts';
import { placeOf } from '../../src/documents/document.ts';
import { parseJson } from '../../src/documents/json.ts';
import { parseYaml } from '../../src/documents/yaml.ts';

const blob = 'blob' as BlobId;
const yaml = (source: string, path = 'a.yaml'): DataDocument => parseYaml({ path: repoPath(path), blob, text: source });
const json = (source: string, path = 'a.json'): DataDocument => parseJson({ path: repoPath(path), blob, text: source });
const written = (document: DataDocument, node: DataNode | undefined): string | undefined =>
  node && document.text.slice(node.span.start, node.span.end);

const SERVICE = `# a service
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, labels: {team: "risk"}}
spec:
  predictor:
    minReplicas: 0   # scale to zero
    version: 3.10
    ready: yes
    args:
      - --model=\${MODEL}
      - 'plain'
---
kind: Second
`;

describe('the data tree of YAML', () => {
  const document = yaml(SERVICE);
  const [root, second] = document.roots;

  test('answers by path', () => {
    expect(document.roots).toHaveLength(2);
    expect(document.damage).toEqual([]);
    expect(number(get(root, 'spec', 'predictor', 'minReplicas'))).toBe(0);
    expect(text(get(root, 'spec', 'predictor', 'version'))).toBe('3.10');
    expect(bool(get(root, 'spec', 'predictor', 'ready'))).toBe(true);
    expect(text(get(root, 'metadata', 'labels', 'team'))).toBe('risk');
    expect(text(get(root, 'spec', 'predictor', 'args', -1))).toBe('plain');
    expect(text(get(second, 'kind'))).toBe('Second');
    expect(keys(get(root, 'spec', 'predictor'))).toEqual(['minReplicas', 'version', 'ready', 'args']);
    expect(get(root, 'spec', 'nothing', 'below')).toBeUndefined();
  });

  test('spans cover what is written', () => {
    expect(written(document, get(root, 'metadata', 'labels', 'team'))).toBe('"risk"');
    expect(written(document, get(root, 'spec', 'predictor', 'args', 1))).toBe("'plain'");
    expect(written(document, get(root, 'spec', 'predictor', 'args'))).toBe("- --model=${MODEL}\n      - 'plain'");
    const version = entries(get(root, 'spec', 'predictor'))[1];
    expect(version && document.text.slice(entrySpan(version).start, entrySpan(version).end)).toBe('version: 3.10');
    expect(version && placeOf(document, version.keySpan)).toMatchObject({
      startLine: 8,
      startColumn: 5,
      endColumn: 12,
    });
    expect(document.comments.map((each) => each.text)).toEqual(['# a service', '# scale to zero']);
  });

  test('tells absence from doubt', () => {
    expect(has(root, 'spec', 'predictor', 'minReplicas')).toBe('yes');
    expect(has(root, 'spec', 'predictor', 'maxReplicas')).toBe('no');
    expect(has(get(root, 'nowhere'), 'x')).toBe('unknown');
    expect(get(root, 'spec', 'predictor', 'args', 0)?.open).toBe(true);
    expect(literal(get(root, 'spec', 'predictor', 'args', 0))).toBeUndefined();
    expect(literal(get(root, 'spec', 'predictor', 'args', 1))).toBe('plain');
  });

  test('is walked and knows its paths', () => {
    const scalars = [...walk(root)].filter((node) => node.kind === 'scalar').map((node) => pathOf(node).join('.'));
    expect(scalars).toContain('spec.predictor.args.1');
    expect([...walkEntries(root)].map((entry) => entry.key)).toContain('team');
    expect(entryOf(get(root, 'spec') as DataNode)?.key).toBe('spec');
    expect(items(get(root, 'spec'))).toEqual([]);
    expect(each(get(root, 'kind'))).toHaveLength(1);
  });

  test('keeps `on` of GitHub Actions a string', () => {
    const [workflow] = yaml('on: push\njobs: {}\n').roots;
    expect(keys(workflow)).toEqual(['on', 'jobs']);
    expect(has(yaml('on: [push]\nname: ${{ x }}\n').roots[0], 'on')).toBe('yes');
  });
});

describe('anchors, merges and tags of YAML', () => {
  test('own keys win over merged ones, merged ones are found', () => {
    const document = yaml('base: &b {a: 1, b: 2}\nhost:\n  <<: *b\n  b: 3\n');
    const host = get(document.roots[0], 'host');
    expect(number(get(host, 'a'))).toBe(1);
    expect(number(get(host, 'b'))).toBe(3);
    expect(entries(host).map(({ key, merged }) => [key, merged])).toEqual([
      ['b', false],
      ['a', true],
    ]);
    expect(pathOf(get(host, 'a') as DataNode)).toEqual(['host', 'a']);
    expect(host?.open).toBe(false);
    expect(document.damage).toEqual([]);
  });

  test('a list of merges and a merge inside of a merge', () => {
    const [root] = yaml('a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: [*b, {z: 3}]}\n').roots;
    expect([...keys(get(root, 'c'))].sort()).toEqual(['x', 'y', 'z']);
  });

  test('what cannot be resolved is open', () => {
    const [root] = yaml('a: {<<: *gone, k: 1}\nb: *gone\nc: !Sub "x"\nd: !Ref X\ne: {Ref: X}\nf: {"${k}": 1}\n').roots;
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) expect([key, get(root, key)?.open]).toEqual([key, true]);
    expect(has(get(root, 'a'), 'other')).toBe('unknown');
    expect(get(root, 'c')?.tag).toBe('!Sub');
    expect(get(yaml('x: !!python/object:os.system {}\n').roots[0], 'x')?.tag).toBe('!!python/object:os.system');
  });

  test('an alias stands where it is used and its inside where it is written', () => {
    const document = yaml('a: &a [one]\nb: *a\n');
    const b = get(document.roots[0], 'b');
    expect(written(document, b)).toBe('*a');
    expect(written(document, items(b)[0])).toBe('one');
  });
});

describe('templates', () => {
  test.each([
    'a: {{ .Values.x }}\n',
    '{{- if .Values.on }}\na: 1\n{{- end }}\n',
    '{% if x %}\na: 1\n{% endif %}\n',
    'a:\n  - {{ x }}\n',
  ])('%j has no tree', (source) => {
    expect(yaml(source)).toMatchObject({ template: true, roots: [], damage: [] });
  });

  test('a substitution inside a scalar is not a template', () => {
    const document = yaml(
      'a: "{{ x }}"\nb: model-{{workflow.uid}}\nc: |\n  {{ $value }}\nd: ${{ github.sha }}\n# {{ x }}\n',
    );
    expect(document.template).toBe(false);
    for (const key of ['a', 'b', 'c', 'd']) expect([key, get(document.roots[0], key)?.open]).toEqual([key, true]);
    expect(document.comments).toHaveLength(1);
  });

  test('by the name of the file, and in JSON', () => {
    expect(yaml('a: 1\n', 'x.yaml.tmpl').template).toBe(true);
    expect(json('{"a": {{ x }}}').template).toBe(true);
    expect(json('{% if x %}{}').template).toBe(true);
    expect(json('{"a": "{{ x }}"}').template).toBe(false);
  });
});

describe('the data tree of JSON', () => {
  test('answers by path with exact spans', () => {
    const document = json('{"a": [1, 2.50, "x\\n"],\r\n "b": {"c": null, "d": NaN, "e": true}}');
    const [root] = document.roots;
    expect(document.damage).toEqual([]);
    expect(written(document, get(root, 'a', 1))).toBe('2.50');
    expect(text(get(root, 'a', 1))).toBe('2.50');
    expect(text(get(root, 'a', 2))).toBe('x\n');
    expect(bool(get(root, 'b', 'e'))).toBe(true);
    expect(has(root, 'b', 'c')).toBe('yes');
    expect(number(get(root, 'b', 'd'))).toBeUndefined();
    const infinite = json('[-Infinity, Infinity]');
    expect(infinite.damage).toEqual([]);
    expect(items(infinite.roots[0]).map((each) => written(infinite, each))).toEqual(['-Infinity', 'Infinity']);
    expect(written(document, get(root, 'b'))).toBe('{"c": null, "d": NaN, "e": true}');
  });

  test.each([
    ['{"a": 1, "b"', 'a'],
    ['{"a": 1 "b": 2}', 'b'],
    ['{"a": [1, 2, "b": 3}', 'a'],
    ['{"a": 1,, }', 'a'],
    ['{"a": 1}}', 'a'],
    ['{"a": tru}', 'a'],
    ['{"a": 1, "b": "x', 'b'],
    ['{a: 1}', 'a'],
    ['{"a": 1, "b": {"c": 1}', 'b'],
  ])('%j is damage, and what can be read is kept but open', (source, key) => {
    const document = json(source);
    expect(document.damage.length).toBeGreaterThan(0);
    expect(get(document.roots[0], key)).toBeDefined();
    expect(document.roots[0]?.open).toBe(true);
  });

  test('comments, trailing commas and double keys are damage that opens nothing', () => {
    const document = json('{"a": 1, // x\n"a": 2,}');
    expect(document.damage.map((each) => document.text.slice(each.span.start, each.span.end))).toEqual([
      '// x',
      '"a"',
      ',',
    ]);
    expect(number(get(document.roots[0], 'a'))).toBe(2);
    expect(document.roots[0]?.open).toBe(false);
    expect(json('{"a": 1, // x\n"b": 2,}', 'tsconfig.json').damage).toEqual([]);
  });

  test('empty files have no root', () => {
    expect(json('').roots).toEqual([]);
    expect(json(' \n').damage).toEqual([]);
    expect(yaml('').roots).toEqual([]);
    expect(yaml('# only a comment\n')).toMatchObject({
      roots: [],
      damage: [],
      comments: [{ text: '# only a comment' }],
    });
  });
});

describe('hostile input', () => {
  const deep = 20_000;
  test.each<[string, () => DataDocument]>([
    ['deep JSON', () => json('[{"a":'.repeat(deep))],
    ['deep closed JSON', () => json('['.repeat(deep) + ']'.repeat(deep))],
    ['deep flow YAML', () => yaml(`a: ${'['.repeat(deep)}`)],
    ['deep closed flow YAML', () => yaml(`a: ${'['.repeat(deep)}${']'.repeat(deep)}`)],
    ['deep compact sequences', () => yaml('- '.repeat(deep))],
    ['deep flow maps', () => yaml('{a: '.repeat(deep))],
    ['deep explicit keys', () => yaml('? '.repeat(deep))],
    ['tabs', () => yaml('a:\n\tb: 1\n\t- c\n')],
    ['broken quotes', () => yaml('a: "x\nb: [1, 2\nc: }\n')],
    ['merge conflict', () => yaml('a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n')],
  ])('%s is damage', (_, read) => {
    expect(read().damage.length).toBeGreaterThan(0);
  });

  test('an alias bomb stays small', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    const document = yaml(lines.join('\n'));
    expect([...walk(document.roots[0])].length).toBeLessThan(50_000);
    expect(document.damage).toHaveLength(1);
  });

  test('an alias to itself ends', () => {
    const [root] = yaml('a: &a {b: *a, c: [*a]}\nd: &d {<<: *d}\n').roots;
    expect(get(root, 'a', 'b')?.open).toBe(true);
    expect(get(root, 'd')?.open).toBe(true);
  });

  test('a mark of byte order and CRLF move nothing', () => {
    const document = yaml('\uFEFFa: 1\r\nb:\r\n  - "é𝄞"\r\n  - x # y\r\n');
    expect(written(document, get(document.roots[0], 'b', 0))).toBe('"é𝄞"');
    expect(written(document, get(document.roots[0], 'b', 1))).toBe('x');
    expect(document.comments.map((each) => each.text)).toEqual(['# y']);
    expect(written(json('\uFEFF{"a": "é𝄞b"}'), get(json('\uFEFF{"a": "é𝄞b"}').roots[0], 'a'))).toBe('"é𝄞b"');
  });

  test('a line of 5 MB and 100,000 keys are read', () => {
    expect(text(get(yaml(`a: ${'x'.repeat(5_000_000)}`).roots[0], 'a'))).toHaveLength(5_000_000);
    const many = Array.from({ length: 100_000 }, (_, at) => `"k${at}":${at}`).join(',');
    expect(keys(json(`{${many}}`).roots[0])).toHaveLength(100_000);
  });
});
