import { fact } from '../../core/fact.ts';
import { type DataDocument, type DataNode, entryOf, get, literal, text, walk } from '../../documents/data.ts';
import { tokensOf } from '../paths.ts';
import { modelUri } from '../registry/uris.ts';
import { azureReference } from './azure.ts';
import { type FormatName, formatsOf } from './recognise.ts';

/** How long a prediction waits for the model: a server answers at once, a job does not. */
export type ServingMode = 'online' | 'batch';

/** A place where a serving configuration says which model it serves. */
export interface ModelReference {
  readonly node: DataNode;
  /** As written. */
  readonly text: string;
  readonly model: string | undefined;
  /** `version` is fixed; `alias` and `stage` are moved by a promotion; `latest` moves by itself. */
  readonly reference: 'version' | 'alias' | 'stage' | 'latest' | 'path';
  readonly mode: ServingMode;
  readonly format: FormatName;
}

const ONLINE: ReadonlySet<FormatName> = new Set<FormatName>([
  'azure-online-deployment',
  'kserve',
  'seldon-v1',
  'seldon-v2',
  'ray-serve',
  'ray-service',
  'bentoml',
  'mlserver',
  'compose',
  'helm-values',
  'kubernetes',
  'sagemaker',
  'terraform',
  'databricks-bundle',
  'databricks-part',
  'triton',
]);
const BATCH: ReadonlySet<FormatName> = new Set<FormatName>(['azure-batch-deployment', 'argo-workflow']);

/** Words of a key or a variable whose value says which model. */
const MODEL_KEY = new Set('model models weights checkpoint artifact'.split(' '));

const STORAGE = /^(s3|gs|gcs|az|azure|abfss?|wasbs?|hdfs|dbfs|pvc|oci|file):\/|^\/(mnt|models?|data|opt|srv)\b/i;

function nameOf(node: DataNode): string {
  const entry = entryOf(node);
  if (entry?.key === 'value') return text(get(node.parent, 'name')) ?? text(get(node.parent, 'Name')) ?? 'value';
  return entry?.key ?? '';
}

const namesModel = (name: string, said: string): boolean =>
  tokensOf(name).some((token) => MODEL_KEY.has(token)) ||
  /^storageuri$/i.test(name) ||
  (/^(uri|path|url|location)$/i.test(name) && tokensOf(said).some((token) => MODEL_KEY.has(token)));

/** `s3://models/churn/latest`, `…/latest/`, `…/latest/model.tar.gz`. */
const endsInLatest = (path: string): boolean =>
  STORAGE.test(path) && /\/latest(\/([\w.-]{1,100})?)?$/i.test(path.trim());

type Found = Pick<ModelReference, 'model' | 'reference'>;

function azure(said: string, node: DataNode): Found | undefined {
  const found = azureReference(said);
  if (found === undefined || entryOf(node)?.key !== 'model') return undefined;
  return {
    model: found.name,
    reference: found.label === 'latest' ? 'latest' : found.label !== undefined ? 'alias' : 'version',
  };
}

/** `entity_version: latest`, also through a variable or lookup that says so. */
function looked(node: DataNode): boolean {
  const key = entryOf(node)?.key ?? '';
  return (
    /^(entity_version|model_version|ModelPackageVersion)$/.test(key) && tokensOf(text(node) ?? '').includes('latest')
  );
}

function referenceAt(node: DataNode): Found | undefined {
  const said = text(node) ?? '';
  if (said === '' || said.length > 1000) return undefined;
  const uri = modelUri(said.includes('=') && !said.includes('://') ? said.slice(said.indexOf('=') + 1) : said);
  if (uri !== undefined) return { model: uri.name, reference: uri.reference.kind };
  if (looked(node))
    return {
      model: text(get(node.parent, 'entity_name')) ?? text(get(node.parent, 'model_name')),
      reference: 'latest',
    };
  const known = literal(node);
  if (known !== undefined && said.startsWith('azureml:')) return azure(known, node);
  if (!STORAGE.test(said) || !namesModel(nameOf(node), said)) return undefined;
  if (endsInLatest(said)) return { model: undefined, reference: 'latest' };
  // A folder inside of the container is where a model is mounted, not which one.
  return said.startsWith('/') ? undefined : { model: undefined, reference: 'path' };
}

function modeOf(format: FormatName, root: DataNode): ServingMode | undefined {
  if (BATCH.has(format)) return 'batch';
  if (!ONLINE.has(format)) return undefined;
  return format === 'kubernetes' && /^(Cron)?Job$/.test(text(get(root, 'kind')) ?? '') ? 'batch' : 'online';
}

/** Every reference to a model in the serving formats of a file, each node once. */
export const modelReferences: (document: DataDocument) => readonly ModelReference[] = fact((document) => {
  const seen = new Set<DataNode>();
  return formatsOf(document).flatMap(({ name: format, root }) => {
    const mode = modeOf(format, root);
    if (mode === undefined) return [];
    return [...walk(root)].flatMap((node) => {
      const found = node.kind === 'scalar' && !seen.has(node) ? referenceAt(node) : undefined;
      if (found === undefined) return [];
      seen.add(node);
      return [{ node, text: text(node) ?? '', mode, format, ...found }];
    });
  });
});
