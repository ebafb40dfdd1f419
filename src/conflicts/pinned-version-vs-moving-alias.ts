import { type DataNode, text, walk } from '../documents/data.ts';
import type { DocumentBase } from '../documents/document.ts';
import { placeOf } from '../documents/document.ts';
import { bad, type ConflictScene, defineConflict, evidenceOf, good, raised } from '../kit/index.ts';

/** What switches a running service to another model or image without a commit. */
const SWITCHES = /--model-control-mode=poll|argocd-image-updater\.argoproj\.io|^ImageUpdateAutomation$|^ImagePolicy$/;

function switchIn({
  project,
}: ConflictScene): { readonly document: DocumentBase; readonly node: DataNode } | undefined {
  for (const document of project.documents('yaml', [
    'model-control-mode',
    'image-updater',
    'ImagePolicy',
    'ImageUpdateAutomation',
  ])) {
    for (const root of document.roots) {
      for (const node of walk(root)) {
        if (
          SWITCHES.test(text(node) ?? '') ||
          (node.kind === 'map' && node.entries.some(({ key }) => SWITCHES.test(key)))
        )
          return { document, node };
      }
    }
  }
  return undefined;
}

export default defineConflict({
  title: 'A pinned version against an alias that moves',
  between: ['security-auditor', 'sre'],
  tradeOff: 'integrity of what is served against the time it takes to put it right',
  resolution:
    'Pin the version in git and let promotion and rollback be a commit that changes the pin; an alias is fine where the deploy step records and verifies what it resolved to.',
  why: 'the audit trail is kept, and a rollback is still one revert',
  references: ['https://kubernetes.io/docs/concepts/containers/images/'],
  examples: [
    bad({
      'deploy/prod/triton.yaml': `
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata: { name: ranker }
        spec:
          predictor:
            model:
              modelFormat: { name: triton }
              storageUri: s3://models/ranker/latest
              args: ["--model-control-mode=poll"]
      `,
    }),
    good({
      'deploy/prod/triton.yaml': `
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata: { name: ranker }
        spec:
          predictor:
            model:
              modelFormat: { name: triton }
              storageUri: s3://models/ranker/latest
      `,
    }),
  ],
  clash(scene) {
    const first = evidenceOf(
      raised(scene, 'model-version-floating', 'serving-image-mutable-tag', 'registry-load-latest'),
    );
    const moving = switchIn(scene);
    if (first === undefined || moving === undefined) return undefined;
    const { document, node } = moving;
    return {
      first: {
        says: 'What is served must be named by version or digest, so that it is what was reviewed.',
        evidence: first,
      },
      second: {
        says: 'A hot fix or rollback is one switch, without waiting for a pipeline.',
        evidence: [
          { path: document.path, line: placeOf(document, node.span).startLine, note: 'switches without a commit' },
        ],
      },
    };
  },
});
