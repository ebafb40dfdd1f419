import type { Outcome } from '../../core/finding.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { type Approval, approvalStatuses, approvals, isOwned } from '../../facts/formats/approvals.ts';
import { environmentOf, isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** An environment that is not a lower one. */
const isEnvironment = (gate: string): boolean =>
  gate.startsWith('environment ') && ['production', 'unknown'].includes(environmentOf(gate));

/** A job, stage or path that is still there, whatever file it moved to. */
function isStillThere(after: Project, { guarded, gate, document }: Approval): boolean {
  const paths = new Set<RepoPath>([...after.changed, document.path]);
  if (gate === 'owners') {
    const folder = guarded.replace(/[*/]+$/, '').replace(/^[*/]+/, '');
    return after.paths.some((path) => path.includes(folder));
  }
  // What a manual step guards is the pipeline around it.
  if (!gate.startsWith('environment') && gate !== 'manual') return after.tree.has(document.path);
  return [...paths].some((path) => after.document(path)?.text.includes(`${guarded}:`) === true);
}

function* statuses(before: Project, after: Project): Generator<Outcome> {
  for (const path of after.changed) {
    const [base, head] = [before.document(path), after.document(path)];
    if (base === undefined || head === undefined || base.kind !== head.kind) continue;
    if (
      !('roots' in base || base.kind === 'python') ||
      !('roots' in head || head.kind === 'python') ||
      !base.text.includes('PendingManualApproval')
    )
      continue;
    const then = approvalStatuses(base);
    for (const now of approvalStatuses(head)) {
      const was = then.find(({ key }) => key === now.key);
      if (was?.value !== 'PendingManualApproval' || now.value !== 'Approved') continue;
      yield at(head, now.span, 'models enter the registry as `Approved` and no longer as `PendingManualApproval`', {
        evidence: [seen(base, was.span, 'waited for a person before the change')],
      });
    }
  }
}

const workflow = (jobs: string): string => `on: push\njobs:\n${jobs}`;
const same = (content: string): ReturnType<typeof changed> => changed(content, content);

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Approval before deployment is removed',
  grades: { 'with-job': { severity: 'low', when: 'what it guarded is removed as well' } },
  why: `
    Nobody has to say yes any more before a model reaches production. Rules that are kept in the settings of the repository cannot
    be seen from here; what the files held is gone.
  `,
  fix: 'Keep a person or a blocking metric between training and production.',
  references: [
    'https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments',
    'https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html',
  ],
  examples: [
    bad({
      '.github/workflows/cd.yml': changed(
        workflow('  deploy:\n    runs-on: x\n    environment: «production»\n    steps: [{run: ./deploy.sh}]\n'),
        workflow('  deploy:\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n'),
      ),
      '.github/CODEOWNERS': changed('*.md @docs\n«/serving/ @acme/ml»\n', '*.md @docs\n'),
      'serving/app.py': same('x = 1\n'),
    }),
    bad({
      'pipeline.yml': changed(
        'Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages:\n        - Name: Approve\n          Actions:\n            - Name: ApproveModel\n              ActionTypeId: {Category: «Approval», Owner: AWS}\n        - Name: Deploy\n',
        'Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages:\n        - Name: Deploy\n',
      ),
      '.gitlab-ci.yml': changed(
        'deploy-prod:\n  script: [./deploy.sh]\n  when: «manual»\n',
        'deploy-prod:\n  script: [./deploy.sh]\n',
      ),
      'group.yml': changed(
        'Parameters:\n  ApprovalStatus:\n    Default: PendingManualApproval\n',
        'Parameters:\n  ApprovalStatus:\n    Default: «Approved»\n',
      ),
      'register.py': changed(
        'from sagemaker.workflow.step_collections import RegisterModel as Register\n\ndef steps(model):\n    return Register(name="r", approval_status="PendingManualApproval")\n',
        'from sagemaker.workflow.step_collections import RegisterModel as Register\n\ndef steps(model):\n    return Register(name="r", approval_status=«"Approved"»)\n',
      ),
    }),
    bad({
      CODEOWNERS: changed('* @acme/all\n«/models/ @acme/ml-leads»\n', '* @acme/all\n'),
      'models/train.py': same('x = 1\n'),
      '.github/workflows/cd.yml': changed(
        workflow('  deploy:\n    runs-on: x\n    environment: «production»\n    steps: [{run: ./deploy.sh}]\n'),
        workflow('  deploy:\n    runs-on: x\n    environment: dev\n    steps: [{run: ./deploy.sh}]\n'),
      ),
    }),
    bad.as('with-job')({
      '.github/workflows/cd.yml': changed(
        workflow(
          '  deploy:\n    runs-on: x\n    environment: {name: «production»}\n    steps: [{run: ./deploy.sh}]\n'.replace(
            '{name: «production»}',
            '«{name: production}»',
          ),
        ),
        workflow('  build:\n    runs-on: x\n    steps: [{run: make}]\n'),
      ),
    }),
    good({
      '.github/workflows/cd.yml': changed(
        workflow('  deploy:\n    runs-on: x\n    environment: production\n    steps: [{run: ./deploy.sh}]\n'),
        workflow(
          '  approve:\n    runs-on: x\n    environment: production\n    steps: [{run: echo deploy}]\n  deploy:\n    needs: approve\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n',
        ),
      ),
      '.github/CODEOWNERS': changed('/serving/ @acme/ml\n', '/serving/ @acme/platform\n'),
      'a.yml': changed('deploy-prod:\n  script: [./deploy.sh]\n  when: manual\n', null),
      'b.yml': changed(null, 'deploy-prod:\n  when: manual\n  script:\n    - ./deploy.sh\n'),
      'register.py': changed('f(approval_status="Approved")\n', 'f(approval_status="PendingManualApproval")\n'),
    }),
    good({
      '.github/CODEOWNERS': changed('/sdk/ @acme/sdk\n/sdk/deploy/train.ipynb @acme/docs\n', '/sdk/ @acme/sdk\n'),
      'sdk/deploy/train.ipynb': same('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'),
    }),
    good({
      CODEOWNERS: changed('* @acme/all @acme/ml\n/models/churn/ @acme/ml\n', '* @acme/all @acme/ml\n'),
      'models/churn/train.py': same('x = 1\n'),
      '.github/workflows/cd.yml': changed(
        workflow('  deploy:\n    runs-on: x\n    environment: production\n    steps: [{run: ./deploy.sh}]\n'),
        workflow('  deploy:\n    runs-on: x\n    environment: {name: prod}\n    steps: [{run: ./deploy.sh}]\n'),
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    const now = approvals(after, after.changed);
    for (const approval of approvals(before, before.changed)) {
      if (
        isTemplatePath(approval.document.path) ||
        now.some(
          ({ key, gate, guarded }) =>
            key === approval.key ||
            (gate !== 'owners' && gate !== 'manual' && gate === approval.gate) ||
            (guarded === approval.guarded && isEnvironment(gate) && approval.gate.startsWith('environment ')),
        )
      )
        continue;
      if (approval.gate === 'owners' && isOwned(after, approval.guarded, approval.by ?? [])) continue;
      const stays = isStillThere(after, approval);
      const says = stays
        ? `the ${approval.says} is removed and what it guarded stays`
        : `the ${approval.says} is removed together with what it guarded`;
      yield at(approval.document, approval.span, says, stays ? { side: 'base' } : { side: 'base', grade: 'with-job' });
    }
    yield* statuses(before, after);
  },
});
