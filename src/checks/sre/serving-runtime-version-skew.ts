import type { Span } from '../../core/location.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { imageParts, servingImages } from '../../facts/serving/images.ts';
import { environmentAt } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Use {
  readonly document: DocumentBase & { readonly path: string };
  readonly span: Span;
  readonly tag: string;
}

const PREPARES = new Set(
  'export exporter convert conversion compile build test tests ci integration validate'.split(' '),
);
/** Servers whose models are compiled or exported for one release; a language model's weights load in any. */
const COMPILES = /tritonserver|tensorflow\/serving|tensorflow-serving|torchserve|mlserver|openvino|tensorrt/i;

const VERSION = /^v?\d+(\.\d+)+/;

const prepares = (path: string): boolean => tokensOf(path).some((token) => PREPARES.has(token));

/** `-py3` and `-py3-sdk` are variants of one release. */
const release = (tag: string): string => VERSION.exec(tag)?.[0].replace(/^v/, '') ?? tag;

/** Images of one server by where they are used: to make and try models, and to serve them. */
function uses(project: Project): ReadonlyMap<string, { readonly makes: Use[]; readonly serves: Use[] }> {
  const found = new Map<string, { readonly makes: Use[]; readonly serves: Use[] }>();
  const add = (repository: string, kind: 'makes' | 'serves', use: Use): void => {
    if (!COMPILES.test(repository)) return;
    const known = found.get(repository) ?? { makes: [], serves: [] };
    known[kind].push(use);
    found.set(repository, known);
  };
  for (const { document, node, repository, tag, open } of servingImages(project)) {
    if (
      open ||
      tag === undefined ||
      !VERSION.test(tag) ||
      isTemplatePath(document.path) ||
      environmentAt(document, node) === 'development'
    )
      continue;
    add(repository, prepares(document.path) ? 'makes' : 'serves', { document, span: node.span, tag });
  }
  for (const document of project.documents('dockerfile', ['FROM', 'from'])) {
    for (const { image, tag, span, certainty, from } of document.stages) {
      if (
        certainty === 'open' ||
        from !== undefined ||
        tag === undefined ||
        !VERSION.test(tag) ||
        !prepares(document.path)
      )
        continue;
      add(imageParts(image).repository, 'makes', { document, span, tag });
    }
  }
  return found;
}

const deployment = (tag: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: triton}\nspec:\n  template:\n    spec:\n      containers:\n      - name: t\n        image: ${tag}\n`;
const image = 'nvcr.io/nvidia/tritonserver';

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'medium',
  title: 'Model is exported for another release of its server',
  why: 'Compiled engines and operator sets belong to the release that made them. What loaded in the test may not load in production, or answer differently.',
  fix: 'Use one release of the server to export, to test and to serve.',
  references: [
    'https://docs.nvidia.com/deeplearning/frameworks/support-matrix/index.html',
    'https://onnxruntime.ai/docs/reference/compatibility.html',
  ],
  examples: [
    bad({
      'k8s/triton.yaml': deployment(`«${image}:24.05-py3»`),
      'export/Dockerfile': `FROM ${image}:23.10-py3-sdk\nRUN python export.py\n`,
    }),
    bad({
      'k8s/tfs.json':
        '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": {"spec": {"containers": [{"name": "a", "image": «"tensorflow/serving:2.15.0"»}]}}}}\n',
      'integration/compose.yaml': 'services:\n  tfs:\n    image: tensorflow/serving:2.11.0\n',
    }),
    bad({
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    containers:\n    - {name: kserve-container, image: «"docker.io/seldonio/mlserver:1.6.0"»}\n',
      'build/Dockerfile': 'FROM docker.io/seldonio/mlserver:1.3.5\n',
    }),
    bad({
      'deploy/compose.prod.yaml': `services:\n  triton:\n    image: «${image}:24.05-py3»\n`,
      'convert/Dockerfile': `ARG BASE=${image}\nFROM ${image}:24.08-py3\n`,
    }),
    good({
      'k8s/triton.yaml': deployment(`${image}:24.05-py3`),
      'export/Dockerfile': `FROM ${image}:24.05-py3-sdk\n`,
      'k8s/dev/triton.yaml': deployment(`${image}:24.08-py3`),
    }),
    good({
      'k8s/a.yaml': deployment(`${image}:24.05-py3`),
      'k8s/b.yaml': deployment(`${image}:23.10-py3`),
      'export/Dockerfile': 'ARG TAG\nFROM tensorflow/serving:${TAG}\n',
    }),
    good({
      'k8s/a.yaml': deployment(`${image}:24.05-py3`),
      'export/Dockerfile': `FROM ${image}:24.05-py3\n`,
      'export/old/Dockerfile': `FROM ${image}:23.10-py3\n`,
    }),
    good({
      'k8s/llm.yaml': deployment('vllm/vllm-openai:v0.8.0'),
      'tests/compose.yaml': 'services:\n  llm:\n    image: vllm/vllm-openai:v0.7.0\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const [repository, { makes, serves }] of uses(project)) {
      const made = new Set(makes.map(({ tag }) => release(tag)));
      const [maker] = makes;
      for (const use of serves) {
        if (maker === undefined || made.has(release(use.tag))) continue;
        yield at(
          use.document as DocumentBase,
          use.span,
          `\`${repository}\` serves at ${use.tag}, and models are made or tried with ${maker.tag}`,
          { evidence: [seen(maker.document as DocumentBase, maker.span, 'the other release')] },
        );
      }
    }
  },
});
