import type { DataNode } from '../../documents/data.ts';
import type { Field } from '../../facts/formats/field.ts';
import { type GithubJob, type GithubStep, githubWorkflows } from '../../facts/formats/github.ts';
import { tokensOf } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const ACTS = new Set(
  'train training retrain deploy deployment deploying promote promotion release publish register registration serve rollout apply canary'.split(
    ' ',
  ),
);

const acts = (said: string): boolean => tokensOf(said.slice(0, 500)).some((token) => ACTS.has(token));

/** True for text around or between `${{ }}`: the condition is then a string with something in it, which counts as true. */
function isText(condition: string): boolean {
  const rest = condition.replace(/\$\{\{[^}]{0,2000}\}\}/g, '').trim();
  const count = condition.split('${{').length - 1;
  return count > 0 && (rest !== '' || count > 1) && !condition.includes('}}}');
}

function whole(node: DataNode, condition: string): string | undefined {
  if (node.kind !== 'scalar' || node.raw !== condition || condition.includes('\n')) return undefined;
  const inner = condition
    .replace(/\$\{\{\s*/g, '')
    .replace(/\s*\}\}/g, '')
    .trim();
  return `\${{ ${inner} }}`;
}

const said = (step: GithubStep): string =>
  [
    step.name?.text,
    step.uses?.text,
    step.id,
    ...step.commands.map(({ words }) => words.map(({ text }) => text).join(' ')),
  ]
    .filter((part) => part !== undefined)
    .join(' ');

/** The conditions of jobs and steps that act on models or on what serves them. */
function conditionsOf(job: GithubJob): readonly (readonly [string, Field<string>])[] {
  const named = `${job.id} ${job.name?.text ?? ''} ${job.uses?.text ?? ''} ${job.environment === undefined ? '' : 'deploy'}`;
  const own =
    job.condition !== undefined && (acts(named) || job.steps.some((step) => acts(said(step))))
      ? [[`job \`${job.id}\``, job.condition] as const]
      : [];
  const steps = job.steps.flatMap((step) => {
    const name = step.name?.text ?? step.id ?? step.uses?.text ?? `${step.index + 1}`;
    return step.condition !== undefined && (acts(said(step)) || acts(named))
      ? [[`step \`${name}\``, step.condition] as const]
      : [];
  });
  return [...own, ...steps];
}

const workflow = (body: string): string => `on: push\njobs:\n${body}`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Condition of a deployment that is always true',
  why: `
    Text outside of \`\${{ }}\` makes the whole condition a string, and a string with something in it counts as true. The job trains
    or deploys on every branch and after every failure that the condition was meant to keep out.
  `,
  fix: 'Put the whole comparison inside one `${{ }}`, or write it without.',
  references: [
    'https://github.com/rhysd/actionlint/blob/main/docs/checks.md',
    'https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idif',
  ],
  mentions: ['${{'],
  examples: [
    bad({
      '.github/workflows/cd.yml': workflow(
        "  deploy:\n    if: «${{ github.ref }} == 'refs/heads/main'»\n    runs-on: x\n    steps:\n      - run: ./deploy.sh\n  ci:\n    runs-on: x\n    steps:\n      - name: Promote model\n        if: «${{ steps.gate.outputs.ok }} && ${{ success() }}»\n        run: ./promote.sh\n",
      ),
    }),
    bad({
      '.github/workflows/train.yaml': workflow(
        '  build:\n    runs-on: x\n    steps:\n      - if: «"!${{ inputs.dry_run }}"»\n        run: python train.py\n  release:\n    if: «always() && ${{ needs.test.result == \'success\' }}»\n    uses: ./.github/workflows/release.yml\n',
      ),
    }),
    good({
      '.github/workflows/cd.yml': workflow(
        "  deploy:\n    if: ${{ github.ref == 'refs/heads/main' && success() }}\n    runs-on: x\n    steps:\n      - if: github.event_name == 'push'\n        run: ./deploy.sh\n      - if: ${{ inputs.go }}\n        run: ./promote.sh\n  lint:\n    if: ${{ github.ref }} == 'refs/heads/main'\n    runs-on: x\n    steps:\n      - run: ruff check .\n",
      ),
    }),
  ],

  reads: 'yaml',
  *inspect(document, project) {
    for (const job of githubWorkflows(project)
      .filter((each) => each.document === document)
      .flatMap(({ jobs }) => jobs)) {
      for (const [name, { node, text: condition = '' }] of conditionsOf(job)) {
        if (!isText(condition)) continue;
        const replacement = whole(node, condition);
        yield at(
          document,
          node.span,
          `the condition of ${name} is a text and therefore always true`,
          replacement === undefined ? {} : { replacement },
        );
      }
    }
  },
});
