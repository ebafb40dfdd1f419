import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { comparisons, originalOf } from '../../../src/facts/monitoring/comparisons.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const found = (source: string) => {
  const document = read(source);
  return comparisons(document).map(
    ({ library, reference, current, positional }) =>
      `${library} ${textOf(document, current)} vs ${textOf(document, reference)}${positional ? ' by position' : ''}`,
  );
};

test('each library says in its own way what is compared', () => {
  expect(
    found(
      'from evidently import Report\nReport([]).run(a, b)\nReport([]).run(reference_data=r, current_data=c)\nReport([]).run(a)\n',
    ),
  ).toEqual(['evidently a vs b by position', 'evidently c vs r']);
  expect(
    found(
      'import nannyml as nml\nm = nml.CBPE(y="a")\nm.fit(ref)\nm.estimate(now)\nnml.CBPE(y="a").fit(r).estimate(n)\n',
    ),
  ).toEqual(['nannyml now vs ref', 'nannyml n vs r']);
  expect(found('from alibi_detect.cd import KSDrift\nd = KSDrift(x_ref=old)\nd.predict(new)\n')).toEqual([
    'alibi-detect new vs old',
  ]);
  expect(found('from whylogs.viz.drift import calculate\ncalculate(target_view=t, reference_view=r)\n')).toEqual([
    'whylogs t vs r',
  ]);
  expect(found('model.run(a, b)\ndetector.predict(x)\n')).toEqual([]);
});

test('copies, samples and aliases lead to the variable', () => {
  const document = read('rows = load()\nagain = rows\npart = again.sample(10)\nuse(part.copy())\nuse(part.merge(x))\n');
  const last = (at: number) =>
    document.byType
      .get('call')
      ?.filter((node) => textOf(document, node).startsWith('use'))
      [at]?.children.find((each) => each.field === 'arguments')
      ?.children.find((each) => each.named);
  const [copied, merged] = [last(0), last(1)];
  expect(copied && textOf(document, originalOf(document, copied))).toBe('rows');
  expect(merged && textOf(document, originalOf(document, merged))).toBe('part.merge(x)');
});
