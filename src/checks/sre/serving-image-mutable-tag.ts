import { thoseIn } from '../../facts/formats/field.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { type ServingImage, servingImages } from '../../facts/serving/images.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const MOVES = /^(latest|nightly|edge|main|master|dev|develop|stable)$|(^|[-_.])(latest|nightly)([-_.]|$)/i;

/** The build of one day, or of one commit, stays. */
const DATED = /(^|[-_.])(20\d\d-?[01]\d-?[0-3]\d|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40})([-_.]|$)/;

/** How the image moves; undefined where it stays. */
function moves({ tag, digest, open, from }: ServingImage): string | undefined {
  if (open || digest !== undefined) return undefined;
  if (tag === undefined || tag === '') return from === 'helm' ? undefined : 'has no tag, which means `latest`';
  return MOVES.test(tag) && !DATED.test(tag) ? `is at tag \`${tag}\`, which is moved` : undefined;
}

/** Compose files without the word for production are what people run at their desk. */
const isDesk = ({ from, document }: ServingImage): boolean =>
  from === 'compose' && !/prod|prd|live/i.test(document.path);

export default defineCheck({
  evaluates: 'rollback',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: { desk: { severity: 'low', when: 'a compose file that does not name production uses it' } },
  title: 'Model server runs from an image tag that moves',
  why: 'Replicas of one deployment may run different servers, a restart is an unannounced upgrade, and going back to the old tag goes back to nothing in particular.',
  fix: 'Pin a version tag, better with its digest.',
  references: [
    'https://kubernetes.io/docs/concepts/containers/images/#image-names',
    'https://docs.docker.com/dhi/core-concepts/digests/',
  ],
  mentions: ['image', 'repository'],
  examples: [
    bad({
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: «vllm/vllm-openai:latest»}\n      - {name: b, image: «tensorflow/serving»}\n      - {name: c, image: «"registry.acme.io:5000/vllm:nightly-cu124"»}\n',
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    containers:\n    - {name: kserve-container, image: «acme/model:latest»}\n',
      'ray.yaml':
        'apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: a}\nspec:\n  serveConfigV2: ""\n  rayClusterConfig:\n    headGroupSpec:\n      template:\n        spec:\n          containers:\n          - {name: head, image: «rayproject/ray:nightly»}\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - name: llm\n    repository: vllm/vllm-openai\n    tag: «latest»\n    modelURL: acme/llm\n',
    }),
    bad.as('desk')({
      'docker-compose.yml': 'services:\n  tgi:\n    image: «ghcr.io/huggingface/text-generation-inference:latest»\n',
    }),
    good({
      'llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: "vllm/vllm-openai:v0.8.0"}\n      - {name: b, image: "vllm/vllm-openai:latest@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d"}\n      - {name: c, image: "vllm/vllm-openai:${TAG}"}\n      - {name: sidecar, image: "busybox:latest"}\n      - {name: d, image: "lmcache/vllm-openai:nightly-2025-08-25"}\n      - {name: e, image: "vllm/vllm-openai:nightly-9f8b1c2d"}\n',
      'values.yaml':
        'servingEngineSpec:\n  modelSpec:\n  - {name: llm, repository: vllm/vllm-openai, tag: ""}\n  - {name: off, enabled: false, repository: vllm/vllm-openai, tag: latest}\n',
      'compose.dev.yaml': 'services:\n  tgi:\n    image: ghcr.io/huggingface/text-generation-inference:latest\n',
      'batch.yaml':
        'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: "vllm/vllm-openai:latest"}\n',
    }),
  ],

  reads: ['yaml', 'json'],
  *inspect(document, project) {
    if (isTemplatePath(document.path)) return;
    for (const image of thoseIn(servingImages(project), document)) {
      const how = moves(image);
      if (how === undefined || !mayBeProduction(document, image.node)) continue;
      yield at(document, image.node.span, `\`${image.repository}\` ${how}`, isDesk(image) ? { grade: 'desk' } : {});
    }
  },
});
