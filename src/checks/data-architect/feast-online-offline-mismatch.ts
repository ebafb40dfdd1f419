import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callsOfMethod } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Retrieval {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly features: ReadonlySet<string>;
}

function retrieval(document: PythonDocument, call: Call, position: number): Retrieval | undefined {
  const node = argument(call, position, 'features', 'feature_refs');
  const names = node && elementsOf(document, node)?.map((each) => stringOf(document, each));
  if (
    node === undefined ||
    names === undefined ||
    names.length === 0 ||
    !names.every((name) => name?.includes(':') === true)
  )
    return undefined;
  return { document, node, features: new Set(names as readonly string[]) };
}

function retrievals(project: Project, method: string, position: number): readonly Retrieval[] {
  return project
    .documents('python', [method])
    .flatMap((document) =>
      callsOfMethod(document, method).flatMap((call) => retrieval(document, call, position) ?? []),
    );
}

/** Files of one folder at the top belong to one model more often than not. */
const areaOf = (path: RepoPath): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');

/** `training/` and `serving/`: folders that are parts of one system. */
const ROLE = /^(train|serv|api|app|src|infer|predict|online|offline|batch|pipelines?|jobs?|scripts?|ml|$)/i;
const isRole = (first: PythonDocument, second: PythonDocument): boolean =>
  ROLE.test(areaOf(first.path)) && ROLE.test(areaOf(second.path));

const missingFrom = (wanted: ReadonlySet<string>, given: ReadonlySet<string>): readonly string[] =>
  [...wanted].filter((name) => !given.has(name));

/** The training list that is nearest, where most features are the same; undefined when one is the same or none is near. */
function nearest(online: Retrieval, offline: readonly Retrieval[]): Retrieval | undefined {
  const beside = offline.filter(({ document }) => areaOf(document.path) === areaOf(online.document.path));
  const area = beside.length > 0 ? beside : offline.filter(({ document }) => isRole(document, online.document));
  const shared = (each: Retrieval): number => [...online.features].filter((name) => each.features.has(name)).length;
  if (
    area.some(
      ({ features }) => features.size === online.features.size && missingFrom(features, online.features).length === 0,
    )
  )
    return undefined;
  const [best] = [...area].sort((a, b) => shared(b) - shared(a));
  return best !== undefined && shared(best) * 2 >= Math.max(online.features.size, best.features.size)
    ? best
    : undefined;
}

const listed = (names: readonly string[]): string =>
  names
    .slice(0, 3)
    .map((name) => `\`${name}\``)
    .join(', ');

export default defineCheck({
  evaluates: 'referential-integrity',
  stage: 'deployment',
  severity: 'high',
  confidence: 'medium',
  title: 'Serving asks for other features than training did',
  why: `
    The model gets fewer columns, other columns or another order than it was fitted on. It fails at the first request, or
    predicts from values that stand in the wrong place.
  `,
  fix: 'Name the list once as a `FeatureService`, and use it for training and for serving.',
  references: ['https://docs.feast.dev/getting-started/concepts/feature-retrieval'],
  examples: [
    bad({
      'training/train.py': `
        FEATURES = ["driver:conv", "driver:acc", "driver:trips"]
        frame = store.get_historical_features(entity_df=entities, features=FEATURES).to_df()
      `,
      'serving/predict.py': `
        row = store.get_online_features(features=«["driver:conv", "driver:acc"]», entity_rows=rows).to_dict()
      `,
    }),
    bad({
      'src/train.py': `
        from feast import FeatureStore

        store = FeatureStore(".")
        data = store.get_historical_features(entity_df=entities, features=["rides:fare", "rides:count", "user:age"]).to_df()
      `,
      'src/serve.py': `
        import feast as f
        from feast import FeatureStore as Store

        NAMES = ["rides:fare", "rides:count"]

        class Service:
            def __init__(self):
                self.store = Store(".")

            def features(self, rows):
                a = self.store.get_online_features(features=«["rides:fare", "rides:count", "user:city"]», entity_rows=rows)
                b = self.store.get_online_features(«NAMES», rows)
                return a, b, f.FeatureStore(".").get_online_features(features=«["rides:fare", "user:age"]», entity_rows=rows)

        def more(store, rows):
            return store.get_online_features(features=«["rides:fare", "rides:count", "user:age", "user:city"]», entity_rows=rows)
      `,
    }),
    good({
      'src/train.py': `
        from feast import FeatureStore

        store = FeatureStore(".")
        data = store.get_historical_features(entity_df=entities, features=["rides:fare", "rides:count"]).to_df()
        service = store.get_historical_features(entity_df=entities, features=store.get_feature_service("v1"))
      `,
      'src/serve.py': `
        from feast import FeatureStore

        def features(store, rows, names):
            store.get_online_features(features=["rides:count", "rides:fare"], entity_rows=rows)
            store.get_online_features(features=store.get_feature_service("v1"), entity_rows=rows)
            store.get_online_features(features=names, entity_rows=rows)
            return store.get_online_features(features=["shops:rating"], entity_rows=rows)
      `,
      'other/serve.py': 'x = store.get_online_features(features=["rides:fare"], entity_rows=rows)\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const offline = retrievals(project, 'get_historical_features', 1);
    if (offline.length === 0) return;
    for (const online of retrievals(project, 'get_online_features', 0)) {
      const trained = nearest(online, offline);
      if (trained === undefined) continue;
      const lacks = missingFrom(trained.features, online.features);
      const adds = missingFrom(online.features, trained.features);
      const says = [lacks.length > 0 ? `lacks ${listed(lacks)}` : '', adds.length > 0 ? `adds ${listed(adds)}` : '']
        .filter((each) => each !== '')
        .join(' and ');
      yield at(online.document, online.node, `The online request ${says}, compared with the list for training`, {
        evidence: [seen(trained.document, trained.node, 'features of the training set')],
      });
    }
  },
});
