import type { Evidence } from '../core/finding.ts';
import { scheduledJobs } from '../facts/orchestration/schedules.ts';
import { bad, type ConflictScene, defineConflict, evidenceOf, good, raised, seen } from '../kit/index.ts';

const DELIVERS = /materiali[sz]e/i;

const workflow = (on: string, after: string): string =>
  `on: ${on}\njobs:\n  features:\n    runs-on: x\n    steps:\n      - name: Validate data\n        run: python -m checks.run\n${after}      - run: feast materialize-incremental now\n`;
const hourly = '{schedule: [{cron: "0 * * * *"}]}';

/** A job that brings features to serving at set times. */
function delivery({ project }: ConflictScene): Evidence | undefined {
  const job = scheduledJobs(project, new Set(project.paths)).find(
    ({ state, document }) => state === 'runs' && DELIVERS.test(document.text),
  );
  return job === undefined ? undefined : seen(job.document, job.span, 'features are brought to serving at these times');
}

export default defineConflict({
  title: 'Data checks that block against features that stay fresh',
  between: ['data-engineer', 'sre'],
  tradeOff: 'correctness of the data against its age',
  resolution:
    'Let the checks block training and promotion; for serving, set bad partitions aside, serve the last good ones within their time to live, and alert.',
  why: 'a wrong feature changes predictions at once and unseen, and an old one only as fast as the world does',
  references: ['https://docs.feast.dev/getting-started/concepts/feature-view'],
  examples: [
    bad({ '.github/workflows/features.yml': workflow(hourly, '        continue-on-error: true\n') }),
    good({ '.github/workflows/features.yml': workflow(hourly, '') }),
    good({ '.github/workflows/features.yml': workflow('push', '        continue-on-error: true\n') }),
  ],
  clash(scene) {
    const first = evidenceOf(raised(scene, 'validation-step-nonblocking', 'data-check-weakened', 'data-check-removed'));
    const second = delivery(scene);
    if (first === undefined || second === undefined) return undefined;
    return {
      first: { says: 'Data that fails a check goes no further.', evidence: first },
      second: { says: 'Serving gets its features on time, also when a check fails.', evidence: [second] },
      escalate: {
        question: 'Is there a last good state of the features, and how old may it get?',
        options: [
          'Yes: serve it within its time to live and let the check block',
          'No: let the check block and the service say that it cannot answer',
        ],
      },
    };
  },
});
