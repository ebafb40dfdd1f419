import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entryOf, items, text, walk } from '../../documents/data.ts';
import type { DockerfileDocument } from '../../documents/dockerfile.ts';
import { formatsOf } from '../../facts/formats/recognise.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Addresses of files that hold weights. */
const WEIGHTS =
  /\bhttps?:\/\/[^\s"'`\\|;&)>]{1,500}?(?:\.(?:pth?|ckpt|onnx|safetensors|gguf|ggml|h5|hdf5|keras|tflite|pkl|pickle|joblib|npz|mlmodel|engine|caffemodel|weights)|(?:models?|weights|checkpoints?|pretrained)[^\s"'`\\|;&)>]{0,200}?\.(?:tar\.gz|tgz|zip|bin|pb|tar))(?=[?#\s"'`\\|;&)>]|$)/gi;

/** Something compares the bytes with what was meant. */
const VERIFIED =
  /sha(1|224|256|384|512)(sum)?\b|shasum|md5sum|openssl\s+dgst|cosign|gpg\s+--verify|--checksum|minisign|b2sum/i;

/** The address itself says which bytes. */
const FIXED = /\/[0-9a-f]{40}\/|[?&]version_?id=|sha256[:=]/i;

const FETCHES = /\b(curl|wget|aria2c|ADD)\b/;

const LOCAL = /^https?:\/\/(localhost|127\.|host\.docker|minio|[\w-]+\.svc\b|[\w-]+(:\d+)?\/)/;

interface Download {
  readonly span: Span;
  readonly url: string;
}

/** Addresses in a piece of source, with their place in the file. */
function fetched(source: string, offset: number): readonly Download[] {
  if (!FETCHES.test(source) || VERIFIED.test(source)) return [];
  return [...source.slice(0, 50_000).matchAll(WEIGHTS)].map((match) => ({
    url: match[0],
    span: { start: offset + match.index, end: offset + match.index + match[0].length },
  }));
}

const STORAGE = /^(storageUri|modelUri|storage_uri)$/;

function inData(document: DataDocument): readonly Download[] {
  const known = formatsOf(document).map(({ root }) => root);
  return [...new Set(known)].flatMap((root) =>
    [...walk(root)].flatMap((node): readonly Download[] => {
      if (node.kind !== 'scalar') return [];
      const said = text(node) ?? '';
      if (STORAGE.test(entryOf(node)?.key ?? '') && /^https?:\/\//.test(said))
        return node.open ? [] : [{ url: said, span: node.span }];
      const list = node.parent?.kind === 'list' ? items(node.parent) : [];
      const line = list.map((each) => text(each) ?? '').join(' ');
      if (VERIFIED.test(line.slice(0, 50_000)) || (!FETCHES.test(said) && !FETCHES.test(line.slice(0, 200)))) return [];
      return downloadsOf(document, node);
    }),
  );
}

function downloadsOf(document: DataDocument, node: DataNode): readonly Download[] {
  const written = document.text.slice(node.span.start, node.span.end);
  return FETCHES.test(written) ? fetched(written, node.span.start) : fetched(`curl ${written}`, node.span.start - 5);
}

function inDockerfile({ instructions, text: whole }: DockerfileDocument): readonly Download[] {
  return instructions
    .filter(
      ({ keyword, flags }) =>
        keyword === 'RUN' || (keyword === 'ADD' && !flags.some(({ name }) => name === 'checksum')),
    )
    .flatMap(({ span }) => fetched(whole.slice(span.start, span.end), span.start));
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Weights are downloaded and never verified',
  why: `
    Whoever controls the address, or with plain http the network between, decides which model is served. A changed file is not
    noticed, and many formats run code when they are loaded.
  `,
  fix: 'Compare a SHA-256 in the step that downloads, or take the model from a registry or image by digest.',
  references: [
    'https://owasp.org/www-project-machine-learning-security-top-10/docs/ML06_2023-AI_Supply_Chain_Attacks',
    'https://atlas.mitre.org/mitigations/AML.M0014',
    'https://docs.docker.com/reference/dockerfile/#add---checksum',
  ],
  mentions: ['http://', 'https://'],
  examples: [
    bad({
      Dockerfile:
        'FROM python:3.11\nRUN mkdir /m && \\\n    curl -L -o /m/a.onnx «https://models.acme.io/a.onnx» && ls\nADD «https://github.com/acme/m/releases/download/v1/weights.pt» /m/\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    sklearn:\n      storageUri: «https://raw.githubusercontent.com/acme/m/main/model.joblib»\n',
      'seldon.yaml':
        'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n  predictors:\n  - graph: {name: a, modelUri: «"http://store.acme.io/a.tar.gz"»}\n',
      '.github/workflows/ci.yml':
        'on: push\njobs:\n  a:\n    steps:\n    - run: |\n        wget -q «http://files.acme.io/yolo.weights»\n',
      'pod.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - name: get\n    command: [wget, -O, /m/a.gguf, "«https://files.acme.io/a.gguf»"]\n',
    }),
    good({
      Dockerfile:
        'FROM python:3.11\nRUN curl -LO https://models.acme.io/a.onnx && echo "0123 a.onnx" | sha256sum -c\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://models.acme.io/a.onnx /m/\nRUN curl -LO https://huggingface.co/acme/m/resolve/0123456789abcdef0123456789abcdef01234567/model.safetensors\nRUN curl -LO https://acme.io/install.sh\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    sklearn:\n      storageUri: https://acme.blob.core.windows.net/m/a.tar.gz?versionId=7\n---\napiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: b}\nspec:\n  predictor:\n    sklearn:\n      storageUri: oci://acme/m@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d\n',
      '.github/workflows/ci.yml':
        'on: push\njobs:\n  a:\n    steps:\n    - run: |\n        wget -q https://files.acme.io/yolo.weights\n        sha256sum -c yolo.sha256\n    - run: curl -F model=@a.onnx https://upload.acme.io/a\n',
      'notes.yaml': 'text: wget https://files.acme.io/yolo.weights\n',
    }),
  ],

  reads: ['yaml', 'json', 'dockerfile'],
  *inspect(document) {
    if (isTemplatePath(document.path)) return;
    const found = document.kind === 'dockerfile' ? inDockerfile(document) : inData(document);
    for (const { span, url } of found) {
      if (FIXED.test(url) || LOCAL.test(url)) continue;
      const how = url.startsWith('http://') ? 'over plain http' : 'from an address whose content may change';
      yield at(document, span, `weights are fetched ${how} and nothing checks which bytes arrive`);
    }
  },
});
