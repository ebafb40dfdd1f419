import { scheduledJobs } from '../facts/orchestration/schedules.ts';
import { asEvidence, bad, defineConflict, good, raised, seen } from '../kit/index.ts';

const workflow = (on: string, between: string, needs: string): string =>
  `on: ${on}\njobs:\n  train:\n    runs-on: x\n    steps: [{run: make train}]\n${between}  deploy:\n    needs: [${needs}]\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n`;
const nightly = '{schedule: [{cron: "0 3 * * *"}]}';
const evaluate = '  evaluate:\n    needs: [train]\n    runs-on: x\n    steps: [{run: python evaluate.py}]\n';

export default defineConflict({
  title: 'Retraining by itself against a gate before promotion',
  between: ['ml-engineer', 'sre'],
  tradeOff: 'speed of adapting against serving a bad or poisoned model',
  resolution:
    'Train automatically, promote automatically only behind a gate that can stop it, with a canary and a limit on how often.',
  why: 'whoever can influence the feedback otherwise chooses the next model, and nobody looks in between',
  references: ['https://atlas.mitre.org/techniques/AML.T0020'],
  examples: [
    bad({ '.github/workflows/retrain.yml': workflow(nightly, '', 'train') }),
    good({ '.github/workflows/retrain.yml': workflow('workflow_dispatch', '', 'train') }),
    good({ '.github/workflows/retrain.yml': workflow(nightly, evaluate, 'evaluate') }),
  ],
  clash(scene) {
    const open = raised(
      scene,
      'auto-retrain-without-gate',
      'deploy-without-validation-node',
      'registry-promote-without-gate',
      'validation-gate-disabled',
      'approval-gate-removed',
    );
    const files = new Set(open.filter(({ side }) => side === 'head').map(({ path }) => path));
    const [job] = scheduledJobs(scene.project, files).filter(({ state }) => state === 'runs');
    const finding = open.find(({ path, side }) => side === 'head' && path === job?.document.path);
    if (job === undefined || finding === undefined) return undefined;
    return {
      first: {
        says: 'The model is retrained by itself, so that it follows what changes.',
        evidence: [seen(job.document, job.span, 'starts by itself')],
      },
      second: { says: 'Nothing goes into service without a gate that can stop it.', evidence: [asEvidence(finding)] },
      escalate: {
        question: 'Does a stale model cause direct harm (fraud, safety) while labels come late?',
        options: [
          'No: put a blocking gate before the promotion',
          'Yes: promote to a canary, with automatic rollback and a limit on how often',
        ],
      },
    };
  },
});
