import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { createMetrics } from '../../src/service/metrics.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manual = text('docs/operating.md');
const promtool = spawnSync('promtool', ['--version']).status === 0;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const rules = (parse(text('docs/deploy/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

(promtool ? test : test.skip)('promtool accepts the alerts, and they ring when they should (needs promtool)', () => {
  const checked = spawnSync('promtool', ['check', 'rules', join(ROOT, 'docs/deploy/alerts.yaml')], {
    encoding: 'utf8',
  });
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  const tried = spawnSync('promtool', ['test', 'rules', join(ROOT, 'docs/deploy/alerts.test.yaml')], {
    encoding: 'utf8',
  });
  expect([tried.status, tried.stderr]).toEqual([0, '']);
});

test('every alert watches a metric that exists and has its own section in the manual', async () => {
  const metrics = createMetrics({
    version: '1',
    queue: async () => ({ waiting: 0, running: 0, oldestWaitingMs: 0 }),
    now: Date.now,
  });
  const exposed = new Set([...(await metrics.expose()).text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]));
  for (const { alert, expr, annotations } of rules) {
    for (const [name] of expr.matchAll(/ml_review_\w+/g))
      expect(exposed).toContain(name.replace(/_(count|bucket|sum)$/, ''));
    expect(annotations.runbook).toBe(`docs/operating.md#${alert.toLowerCase()}`);
  }
  const sections = [...manual.matchAll(/^### (MlReview\w+)$/gm)].map((match) => match[1]);
  expect(sections).toEqual(rules.map(({ alert }) => alert));
});

test('the manual lists every setting, and the deployments use no other', () => {
  const known = [...text('src/service/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(
    (match) => match[1] ?? '',
  );
  expect(known).toContain('APP_ID');
  for (const name of [...known, 'PRIVATE_KEY_PATH']) expect(manual).toContain(`\`${name}\``);
  const allowed = new Set([...known, 'PRIVATE_KEY_PATH', 'REDIS_PASSWORD']);
  const compose = parse(text('docs/deploy/compose.yaml'), { merge: true }) as {
    services: Record<string, { environment: Record<string, string> }>;
  };
  const used = Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment));
  expect(used.filter((name) => !allowed.has(name))).toEqual([]);
  const map = kubernetes().find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> };
  expect(Object.keys(map.data).filter((name) => !allowed.has(name))).toEqual([]);
});

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly template?: { readonly spec: PodSpec };
  };
}
interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly Record<string, Record<string, unknown>>[];
}

function kubernetes(): readonly Resource[] {
  const files = readdirSync(join(ROOT, 'docs/deploy/kubernetes')).filter((name) => name !== 'kustomization.yaml');
  return files.flatMap((name) =>
    parseAllDocuments(text(`docs/deploy/kubernetes/${name}`)).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Resource;
    }),
  );
}

test('every container is bounded, probed, unprivileged and pinned', () => {
  const pods = kubernetes().flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template.spec]));
  expect(pods).toHaveLength(3);
  for (const pod of pods) {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of pod.containers) {
      expect(container).toMatchObject({
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { memory: expect.any(String) }, limits: { memory: expect.any(String) } },
        startupProbe: expect.anything(),
        readinessProbe: expect.anything(),
        livenessProbe: expect.anything(),
        image: expect.stringMatching(/:\d+\.\d+/),
      });
    }
  }
});

test('the kustomization names every file', () => {
  const { resources } = parse(text('docs/deploy/kubernetes/kustomization.yaml')) as { resources: string[] };
  const files = readdirSync(join(ROOT, 'docs/deploy/kubernetes')).filter((name) => name !== 'kustomization.yaml');
  expect([...resources].sort()).toEqual(files.sort());
});
