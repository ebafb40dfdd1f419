import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, callsTo } from '../../facts/python/calls.ts';
import { constantOf, isConstant } from '../../facts/python/constants.ts';
import { dictionaryOf } from '../../facts/python/literals.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const VIEWS = ['feast.FeatureView', 'feast.feature_view.FeatureView', 'feast.BatchFeatureView'];
const UNITS: Readonly<Record<string, number>> = {
  weeks: 7,
  days: 1,
  hours: 1 / 24,
  minutes: 1 / 1440,
  seconds: 1 / 86400,
};
const POSITIONS = ['days', 'seconds'];
const MOST_DAYS = 5 * 365 + 2;

/** Days of a written-out `timedelta`; undefined when any part is unknown. */
function daysOf(document: PythonDocument, node: PyNode): number | undefined {
  const source = node.type === 'identifier' ? (singleAssignment(document, node) ?? node) : node;
  if (source.type === 'none') return 0;
  const call = source.type === 'call' ? callAt(document, source) : undefined;
  if (call?.name !== 'datetime.timedelta' || call.spread) return undefined;
  const given = [...call.args.map((value, index) => [POSITIONS[index] ?? '', value] as const), ...call.keywords];
  let days = 0;
  for (const [unit, value] of given) {
    const number = constantOf(document, value)?.value;
    if (typeof number !== 'number' || UNITS[unit] === undefined) return undefined;
    days += number * UNITS[unit];
  }
  return days;
}

/** Attributes that do not age, by name or tag. */
function isStatic(document: PythonDocument, call: Call): boolean {
  const tags = argument(call, -1, 'tags');
  const keys =
    tags === undefined
      ? []
      : [...(dictionaryOf(document, tags) ?? [])].map(([key, value]) => `${key} ${textOf(document, value)}`);
  const name = argument(call, 0, 'name');
  const said = [name === undefined ? '' : textOf(document, name), ...keys].join(' ');
  return /static|dimension|(^|[_"' ])dim[_"']|reference|lookup|embedding|document|vector/i.test(said);
}

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Feature view whose values never expire',
  why: `
    With a ttl of 0 a value is served for ever: when the pipeline stops, the model goes on with stale features and nobody
    notices. The point-in-time join for training has to look through all history.
  `,
  fix: 'Set `ttl` to the age up to which the feature still means something.',
  references: ['https://docs.feast.dev/getting-started/concepts/feature-view'],
  mentions: ['FeatureView'],
  examples: [
    bad`
      from datetime import timedelta
      import feast
      from feast import FeatureView as View

      forever = timedelta(days=0)
      rides = View(name="rides", entities=[driver], ttl=«timedelta(0)», source=source)
      trips = «View»(name="trips", entities=[driver], source=source)

      def views():
          old = feast.FeatureView(name="old", entities=[user], ttl=«timedelta(weeks=520)», source=source)
          return [old, feast.FeatureView(name="clicks", entities=[user], ttl=«forever», source=source)]
    `,
    good`
      from datetime import timedelta
      from feast import FeatureView, StreamFeatureView

      FeatureView(name="rides", entities=[driver], ttl=timedelta(days=2), source=source)
      FeatureView(name="batch", entities=[driver], ttl=timedelta(0), online=False, source=source)
      FeatureView(name="country", entities=[country], tags={"kind": "static"}, source=source)
      FeatureView(name="dim_vehicle", entities=[driver], ttl=timedelta(0), source=source)
      FeatureView(name="late", entities=[driver], ttl=settings.ttl, source=source)
      FeatureView(**options)
      StreamFeatureView(name="stream", entities=[driver], source=source)
      local.FeatureView(name="other", ttl=timedelta(0))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of callsTo(document, ...VIEWS)) {
      if (call.spread || isConstant(document, argument(call, -1, 'online'), false) || isStatic(document, call))
        continue;
      const ttl = argument(call, -1, 'ttl');
      const days = ttl === undefined ? 0 : daysOf(document, ttl);
      if (days === undefined || (days > 0 && days <= MOST_DAYS)) continue;
      const given = ttl === undefined ? 'no `ttl`' : `\`ttl=${textOf(document, ttl)}\``;
      const label = argument(call, 0, 'name');
      const which = label === undefined ? 'the feature view' : textOf(document, label).replace(/^["']|["']$/g, '`');
      yield at(document, ttl ?? call.callee, `${which} has ${given}, so a value is served however old it is`);
    }
  },
});
