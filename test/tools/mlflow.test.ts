import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gatherInstruments } from '../../src/commands/instruments.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { createEngine } from '../../src/engine.ts';
import { askRegistry } from '../../src/tools/mlflow.ts';
import { type RegistryAddress, registryAddress } from '../../src/tools/mlflow-client.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

const engine = await createEngine();

interface Version {
  readonly version: string;
  readonly signed: boolean;
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
}

/** The part of MLflow's own protocol that is asked: paths, fields, error codes as its server has them. */
const MODELS: Readonly<
  Record<string, { readonly versions: readonly Version[]; readonly aliases: Readonly<Record<string, string>> }>
> = {
  churn: {
    versions: [
      { version: '1', signed: true },
      { version: '2', signed: true, tags: [{ key: 'validation_status', value: 'passed' }] },
      { version: '3', signed: false, tags: [{ key: 'validation_status', value: 'failed' }] },
    ],
    aliases: { champion: '2' },
  },
};

const wire = (name: string, { version, tags = [] }: Version): object => ({
  name,
  version,
  current_stage: 'None',
  status: 'READY',
  run_id: 'r',
  source: 's3://x',
  tags,
});

function answer({ url = '/', headers }: IncomingMessage): readonly [number, unknown] {
  if (headers.authorization !== 'Bearer secret-token') return [401, { error_code: 'UNAUTHENTICATED' }];
  const { pathname, searchParams } = new URL(url, 'http://registry');
  const name = searchParams.get('name') ?? /^name='(.*)'$/.exec(searchParams.get('filter') ?? '')?.[1] ?? '';
  const model = MODELS[name];
  const number = pathname.endsWith('/alias')
    ? model?.aliases[searchParams.get('alias') ?? '']
    : searchParams.get('version');
  const found = model?.versions.find(({ version }) => version === number);
  if (pathname === '/mlflow/api/2.0/mlflow/model-versions/search')
    return [200, model === undefined ? {} : { model_versions: model.versions.map((each) => wire(name, each)) }];
  if (pathname === '/mlflow/api/2.0/mlflow/registered-models/alias' && model !== undefined && found === undefined)
    return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'Registered model alias not found.' }];
  if (found === undefined) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Model Version not found' }];
  if (pathname === '/mlflow/model-versions/get-artifact')
    return [200, `flavors: {}\n${found.signed ? 'signature:\n  inputs: "[]"\n' : ''}`];
  return [200, { model_version: wire(name, found) }];
}

let server: Server;
let address: RegistryAddress;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [status, body] = answer(request);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mlflow`, token: 'secret-token' };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const isvc = (uri: string): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: mlflow}\n      storageUri: ${uri}\n`;
const change = (uri: string) =>
  snapshotOf({ 'deploy/prod/churn.yaml': sidesOf(isvc(uri)), 'tests/test_x.py': sidesOf('M = "models:/nothing/1"\n') });

test('a version that is there, signed and validated is not remarked upon, and the way back is told', async () => {
  const told = await askRegistry(address, change('models:/churn@champion'));
  expect(told).toEqual({
    observations: [],
    notEvaluated: [],
    status: 'ok',
    note: 'asked about 1; models:/churn@champion is version 2, a rollback reaches 1',
  });
  expect(asked.every((each) => each.startsWith('GET /mlflow/'))).toBe(true);
});

test('a version that failed its validation or has no signature is told where it is named', async () => {
  const { observations } = await askRegistry(address, change('models:/churn/3'));
  expect(observations.map(({ rule, path, startLine }) => `${rule} ${path}:${startLine}`)).toEqual([
    'version-not-validated deploy/prod/churn.yaml:8',
    'version-without-signature deploy/prod/churn.yaml:8',
  ]);
});

test.each(['models:/churn/9', 'models:/churn@nobody', 'models:/unknown/1'])('%s does not exist', async (uri) => {
  const { observations, notEvaluated } = await askRegistry(address, change(uri));
  expect(observations.map(({ rule, severity }) => [rule, severity])).toEqual([['version-missing', 'high']]);
  expect(notEvaluated).toEqual([]);
});

test('Python names models too, and the first version has nothing before it', async () => {
  const snapshot = snapshotOf({
    'serve.py': sidesOf('import mlflow\n\nmodel = mlflow.pyfunc.load_model("models:/churn/1")\n'),
  });
  const { observations } = await askRegistry(address, snapshot);
  expect(observations.map(({ rule, path, startLine }) => `${rule} ${path}:${startLine}`)).toEqual([
    'no-earlier-version serve.py:3',
  ]);
});

test('a registry that refuses or is down is no failure and no pass', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const down = await askRegistry({ base: `http://127.0.0.1:${port}`, token: undefined }, change('models:/churn/3'));
  expect(down).toMatchObject({ observations: [], status: 'not-run' });
  expect(down.notEvaluated).toEqual([
    { path: 'deploy/prod/churn.yaml', reason: '`models:/churn/3`: the registry cannot be reached' },
  ]);
  const refused = await askRegistry({ ...address, token: 'wrong' }, change('models:/churn/3'));
  expect(refused.notEvaluated[0]?.reason).toBe('`models:/churn/3`: the registry answered with status 401');
});

test('the address is the operator’s, http or https, and holds no credentials', () => {
  expect(registryAddress({})).toBeUndefined();
  expect(registryAddress({ ML_REVIEW_MLFLOW_URI: 'https://ml.acme.io/x/?q=1', ML_REVIEW_MLFLOW_TOKEN: 't' })).toEqual({
    base: 'https://ml.acme.io/x',
    token: 't',
  });
  expect(() => registryAddress({ ML_REVIEW_MLFLOW_URI: 'file:///etc' })).toThrow('no http or https address');
  expect(() => registryAddress({ ML_REVIEW_MLFLOW_URI: 'https://a:b@ml.acme.io' })).toThrow('holds credentials');
});

test('what the registry says stands in the report', async () => {
  process.env['ML_REVIEW_MLFLOW_URI'] = address.base;
  process.env['ML_REVIEW_MLFLOW_TOKEN'] = 'secret-token';
  const snapshot = change('models:/churn/9');
  const tools = await gatherInstruments(engine, snapshot, {});
  process.env['ML_REVIEW_MLFLOW_TOKEN'] = 'wrong';
  const unanswered = await gatherInstruments(engine, snapshot, {});
  delete process.env['ML_REVIEW_MLFLOW_URI'];
  delete process.env['ML_REVIEW_MLFLOW_TOKEN'];
  const review = (results: typeof tools) =>
    engine.review({
      snapshot,
      settings: DEFAULT_SETTINGS,
      today: '2026-01-01',
      ...(results === undefined ? {} : { tools: results }),
    });
  expect(review(tools).findings.map(({ check }) => check)).toContain('mlflow:version-missing');
  const { participants, notEvaluated, incidents } = review(unanswered);
  expect(participants.find(({ persona }) => persona === 'ml-engineer')?.tools).toMatchObject([
    { name: 'MLflow', status: 'not-run' },
  ]);
  expect(notEvaluated).toContainEqual({
    path: 'deploy/prod/churn.yaml',
    reason: '`models:/churn/9`: the registry answered with status 401',
  });
  expect(incidents).toEqual([]);
});
