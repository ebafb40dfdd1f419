import type { Evidence, Finding } from '../core/finding.ts';
import { entries, entryOf } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { kubernetesWorkloads } from '../facts/formats/kubernetes.ts';
import { isAccelerator } from '../facts/serving/model-servers.ts';
import { asEvidence, bad, defineConflict, good, raised, seen } from '../kit/index.ts';

const server = (more: string): string => `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: llm }
  spec:
    replicas: 2
    template:
      spec:
        containers:
          - name: llm
            image: vllm/vllm-openai:v0.8.0
            args: [--model, /models/llm]
            resources: { limits: { nvidia.com/gpu: "2" } }
            livenessProbe: { httpGet: { path: /health, port: 8000 }, initialDelaySeconds: 30 }
            ${more}
`;

/** The accelerators of the container whose probe was flagged: what is loaded onto them takes its time. */
function load(project: Project, finding: Finding): Evidence | undefined {
  for (const { document, containers } of kubernetesWorkloads(project)) {
    if (document.path !== finding.path) continue;
    for (const { liveness, limits } of containers) {
      const key = liveness === undefined ? undefined : entryOf(liveness.node);
      const gpu = entries(limits).find((each) => isAccelerator(each.key));
      if (key === undefined || gpu === undefined || seen(document, key.keySpan, '').line !== finding.startLine)
        continue;
      return seen(document, gpu.keySpan, 'the model is loaded onto accelerators');
    }
  }
  return undefined;
}

export default defineConflict({
  title: 'A strict liveness probe against a model that loads slowly',
  between: ['sre', 'ml-engineer'],
  tradeOff: 'restarting a hung server soon against killing one that is still loading',
  resolution:
    'Add a startup probe as long as the longest load, keep the liveness probe strict after it, and tie readiness to the loaded model.',
  why: 'the start and the time after it are different questions, and Kubernetes has a probe for each',
  references: ['https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/'],
  examples: [
    bad({ 'deploy/llm.yaml': server('') }),
    good({
      'deploy/llm.yaml': server('startupProbe: { httpGet: { path: /health, port: 8000 }, failureThreshold: 90 }'),
    }),
  ],
  clash(scene) {
    for (const finding of raised(scene, 'liveness-kills-model-load')) {
      const loading = load(scene.project, finding);
      if (loading === undefined) continue;
      return {
        first: { says: 'A server that does not answer is restarted at once.', evidence: [asEvidence(finding)] },
        second: { says: 'A large model needs minutes before its first answer.', evidence: [loading] },
        escalate: {
          question: 'How long does the longest load take, measured on a cold node?',
          options: [
            'It is known: size the startup probe to it',
            'It is not: measure it, and until then allow fifteen minutes',
          ],
        },
      };
    }
    return undefined;
  },
});
