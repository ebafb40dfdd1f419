import type { Span } from '../../core/location.ts';
import { type DataDocument, get, text } from '../../documents/data.ts';
import type { DockerfileDocument } from '../../documents/dockerfile.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { rootsOf } from '../../facts/formats/recognise.ts';
import { torchserveConfigs } from '../../facts/formats/servers.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { imageParts, servingImages } from '../../facts/serving/images.ts';
import { isRuntime } from '../../facts/system/served.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Found {
  readonly span: Span;
  readonly says: string;
}

const TORCHSERVE = /(^|\/)torchserve[\w-]*$/;

function inData(document: DataDocument, project: Project): readonly Found[] {
  const seldon2 = rootsOf(project, 'seldon-v2').length > 0;
  // Who defines such an interface has samples and tests of it.
  const apis = (isRuntime(project) ? [] : document.roots).flatMap((root): readonly Found[] => {
    const api = get(root, 'apiVersion');
    const said = text(api) ?? '';
    if (api === undefined) return [];
    if (/^serving\.kubeflow\.org\//.test(said))
      return [{ span: api.span, says: `\`${said}\` belongs to KFServing, which KServe has replaced` }];
    if (said === 'serving.kserve.io/v1alpha2' && text(get(root, 'kind')) === 'InferenceService')
      return [{ span: api.span, says: `\`${said}\` is no longer served by KServe` }];
    return seldon2 && /^machinelearning\.seldon\.io\//.test(said)
      ? [{ span: api.span, says: `\`${said}\` is Seldon Core 1, while the repository already uses Seldon Core 2` }]
      : [];
  });
  const images = servingImages(project).filter(
    ({ document: { path }, repository }) => path === document.path && TORCHSERVE.test(repository),
  );
  return [
    ...apis,
    ...images.map(({ node, repository }) => ({
      span: node.span,
      says: `\`${repository}\` is TorchServe, which gets no more fixes`,
    })),
  ];
}

const inStages = ({ stages }: DockerfileDocument): readonly Found[] =>
  stages
    .filter(({ image, certainty }) => certainty !== 'open' && TORCHSERVE.test(imageParts(image).repository))
    .map(({ image, span }) => ({
      span,
      says: `\`${imageParts(image).repository}\` is TorchServe, which gets no more fixes`,
    }));

function inProperties(document: DocumentBase, project: Project): readonly Found[] {
  const config = torchserveConfigs(project).find(({ path }) => path === document.path);
  const [first] = [...(config?.settings ?? [])].filter(([key]) =>
    /^(inference_address|model_store|load_models|management_address)$/.test(key),
  );
  return first === undefined
    ? []
    : [{ span: first[1], says: `\`${first[0]}\` configures TorchServe, which gets no more fixes` }];
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Model server that gets no security fixes',
  why: 'Holes that are found in it from now on stay open, and newer frameworks and drivers will not be supported.',
  fix: 'Plan the move: KServe `v1beta1`, Seldon Core 2, or for TorchServe another server that loads the same model.',
  references: [
    'https://github.com/pytorch/serve#readme',
    'https://kserve.github.io/website/docs/concepts',
    'https://docs.seldon.ai/seldon-core-2',
  ],
  mentions: [
    'serving.kubeflow.org',
    'v1alpha2',
    'machinelearning.seldon.io',
    'torchserve',
    'inference_address',
    'model_store',
    'load_models',
    'management_address',
  ],
  examples: [
    bad({
      'kf.yaml': 'apiVersion: «serving.kubeflow.org/v1beta1»\nkind: InferenceService\nmetadata: {name: a}\n',
      'old.yaml': 'apiVersion: «serving.kserve.io/v1alpha2»\nkind: InferenceService\nmetadata: {name: a}\n',
      'ts.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: «"pytorch/torchserve:0.9.0-cpu"»}\n',
      'config.properties': 'inference_address=«http://127.0.0.1:8080»\nmodel_store=/m\n',
    }),
    bad({
      'v1.yaml': 'apiVersion: «machinelearning.seldon.io/v1»\nkind: SeldonDeployment\nmetadata: {name: a}\n',
      'v2.yaml':
        'apiVersion: mlops.seldon.io/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec: {storageUri: "gs://a/b"}\n',
    }),
    bad({ Dockerfile: 'FROM «pytorch/torchserve:0.9.0-gpu» AS serve\nRUN pip install x\n' }),
    good({
      'isvc.yaml': 'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\n',
      'llm.yaml': 'apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceService\nmetadata: {name: a}\n',
      'runtime.yaml': 'apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {name: a}\n',
      'v1.yaml': 'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\n',
      'app.properties': 'server.port=8080\n',
    }),
    good({
      'go.mod': 'module acme.io/serving\n',
      'config/crd.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: inferenceservices.serving.kubeflow.org}\n',
      'config/sample.yaml': 'apiVersion: serving.kubeflow.org/v1beta1\nkind: InferenceService\nmetadata: {name: a}\n',
    }),
  ],

  reads: ['yaml', 'json', 'text', 'ini', 'dockerfile'],
  *inspect(document, project) {
    if (isTemplatePath(document.path)) return;
    const found =
      document.kind === 'yaml' || document.kind === 'json'
        ? inData(document, project)
        : document.kind === 'dockerfile'
          ? inStages(document)
          : inProperties(document, project);
    for (const { span, says } of found) yield at(document, { start: span.start, end: span.end }, says);
  },
});
