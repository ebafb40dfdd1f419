import { text } from '../../documents/data.ts';
import { type FeastStore, feastStores } from '../../facts/formats/training.ts';
import { environmentOf } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** A file beside the configuration: no bucket, no database, no service. */
const isLocalFile = (registry: string): boolean =>
  !/:\/\//.test(registry) && !/^[\w.-]+:\d+$/.test(registry) && /[./]|db$/.test(registry);

const isShared = ({ provider, document, project }: FeastStore): boolean => {
  const environment = environmentOf(`${document.path} ${project?.text ?? ''}`);
  if (environment === 'production') return true;
  return environment === 'unknown' && provider?.value !== undefined && provider.value !== 'local';
};

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Feature registry that nobody else can read',
  why: `
    Every machine has a registry of its own. What one applies the others do not know, two that apply at once overwrite each other,
    and serving reads definitions of another day.
  `,
  fix: 'Keep the registry in a database (`registry_type: sql`) or behind a registry server, and the online store outside of the host.',
  references: [
    'https://docs.feast.dev/how-to-guides/running-feast-in-production',
    'https://docs.feast.dev/reference/registries/sql',
  ],
  mentions: ['registry', 'online_store'],
  examples: [
    bad({
      'feature_repo/feature_store.yaml':
        'project: churn\nprovider: gcp\nregistry: «data/registry.db»\nonline_store:\n  type: redis\n',
      'prod/feature_store.yaml':
        'project: churn\nprovider: local\nregistry:\n  path: «registry.db»\nonline_store:\n  type: «sqlite»\n  path: online.db\n',
      'aws/feature_store.yml':
        'project: churn\nprovider: aws\nregistry: s3://bucket/registry.db\nonline_store: {type: «sqlite», path: x.db}\n',
    }),
    good({
      'dev/feature_store.yaml': 'project: churn\nprovider: gcp\nregistry: data/registry.db\n',
      'quick/feature_store.yaml':
        'project: churn\nprovider: local\nregistry: data/registry.db\nonline_store: {type: sqlite}\n',
      'prod/feature_store.yaml':
        'project: churn\nprovider: gcp\nregistry: {registry_type: sql, path: "postgresql://db/feast"}\nonline_store: {type: redis}\n',
      'open/feature_store.yaml': 'project: churn\nprovider: gcp\nregistry: ${REGISTRY}\n',
      'bucket/feature_store.yaml':
        'project: churn\nprovider: gcp\nregistry: gs://bucket/registry.pb\nonline_store: {type: datastore}\n',
      'remote/feature_store.yaml':
        'project: churn\nprovider: gcp\nregistry: {registry_type: remote, path: "registry:6570"}\n',
    }),
  ],

  reads: 'yaml',
  *inspect(document, project) {
    for (const store of feastStores(project).filter((each) => each.document === document && isShared(each))) {
      const { registry, registryType, onlineStoreType, project: name } = store;
      const named = name?.text ?? 'unnamed';
      if (
        registry?.value !== undefined &&
        (registryType === undefined || registryType.value === 'file') &&
        isLocalFile(registry.value)
      )
        yield at(document, registry.node.span, `the registry of \`${named}\` is the local file \`${registry.value}\``);
      if (onlineStoreType?.value === 'sqlite')
        yield at(
          document,
          onlineStoreType.node.span,
          `the online store of \`${named}\` is \`${text(onlineStoreType.node) ?? ''}\` on the host`,
        );
    }
  },
});
