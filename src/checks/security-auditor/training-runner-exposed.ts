import { text, walk } from '../../documents/data.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { type GithubJob, type GithubStep, githubJobs, mayWrite } from '../../facts/formats/github.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Triggers that run with the rights of the repository, whoever caused them. */
const TRUSTED = new Set(['pull_request_target', 'issue_comment', 'workflow_run']);
const HEAD =
  /github\.event\.pull_request\.head\.|github\.head_ref|refs\/pull\/|github\.event\.workflow_run\.head_|github\.event\.issue\.number|steps\.[\w-]+\.outputs\.(ref|sha|head)/;
const TRAINS =
  /\b(dvc (repro|pull|exp|fetch)|cml|python3?\b[^\n]*\b(train|fit|finetune|evaluate|run)\w*|make (train|run|repro)\w*|mlflow run|accelerate launch|torchrun|jupyter nbconvert|papermill|pytest)\b/;
const GATED =
  /label|author_association|head\.repo\.full_name\s*==|head\.repo\.fork|github\.actor|sender\.login|collaborator/;

const isCheckout = ({ uses }: GithubStep): boolean => (uses?.text ?? '').startsWith('actions/checkout');

/** The step that brings in what the stranger wrote. */
function bringsHead(job: GithubJob): GithubStep | undefined {
  return job.steps.find(
    (step) =>
      (isCheckout(step) && [...walk(step.with)].some((node) => HEAD.test(text(node) ?? ''))) ||
      /gh pr checkout|git (fetch|checkout)[^\n]*(refs\/)?pull\//.test(step.run?.text ?? ''),
  );
}

function runsTraining(job: GithubJob, after: GithubStep | undefined): GithubStep | undefined {
  return job.steps.find(
    (step) => (after === undefined || step.index > after.index) && TRAINS.test(step.run?.text ?? ''),
  );
}

function isGated(job: GithubJob): boolean {
  const before = job.workflow.jobs.filter(({ id }) => job.needs.includes(id));
  return (
    job.environment !== undefined ||
    [job, ...before].some(({ condition }) => GATED.test(condition?.text ?? '')) ||
    before.some(({ environment }) => environment !== undefined)
  );
}

const isSelfHosted = ({ runsOn }: GithubJob): boolean =>
  [...walk(runsOn)].some((node) => /self-hosted/.test(text(node) ?? ''));
const isTrusted = (job: GithubJob): boolean => job.workflow.triggers.some(({ name }) => TRUSTED.has(name));
const hasSecrets = (job: GithubJob): boolean =>
  /secrets\.(?!GITHUB_TOKEN\b)\w+/.test(job.document.text.slice(job.node.span.start, job.node.span.end)) ||
  mayWrite(job, 'id-token');

const workflow = (on: string, body: string): string =>
  `on:\n  ${on}:\njobs:\n  train:\n    runs-on: ubuntu-latest\n${body}`;
const head = '    - uses: actions/checkout@v4\n      with: {ref: "${{ github.event.pull_request.head.sha }}"}\n';

export default defineCheck({
  evaluates: 'secret-exposure',
  stage: 'training',
  severity: 'critical',
  confidence: 'high',
  title: "Stranger's code trains with the rights of the repository",
  why: 'Code of a pull request runs where secrets, cloud roles or a GPU machine of ours are at hand. It can read them, poison the data and the caches, or stay on the machine.',
  fix: 'Train on `pull_request` without secrets on hosted runners, or let a person approve first through an environment.',
  references: [
    'https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/',
    'https://docs.zizmor.sh/audits/#dangerous-triggers',
    'https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners',
  ],
  mentions: ['pull_request', 'issue_comment', 'workflow_run'],
  examples: [
    bad({ '.github/workflows/a.yml': workflow('pull_request_target', `    steps:\n${head}    - run: «dvc repro»\n`) }),
    bad({
      '.github/workflows/b.yml': workflow(
        'issue_comment',
        '    steps:\n    - uses: actions/checkout@v4\n    - run: gh pr checkout 1\n    - run: «python train.py --epochs 3»\n',
      ),
    }),
    bad({
      '.github/workflows/c.yml': workflow(
        'workflow_run',
        '    steps:\n    - uses: actions/checkout@v4\n      with:\n        ref: ${{ github.event.workflow_run.head_sha }}\n    - name: report\n      run: «cml comment create report.md»\n',
      ),
    }),
    bad({
      '.github/workflows/d.yml':
        'on: pull_request\njobs:\n  gpu:\n    runs-on: [self-hosted, gpu]\n    env: {TOKEN: "${{ secrets.WANDB_API_KEY }}"}\n    steps:\n    - uses: actions/checkout@v4\n    - run: «make train»\n',
    }),
    good({
      '.github/workflows/no-head.yml': workflow(
        'pull_request_target',
        '    steps:\n    - uses: actions/checkout@v4\n    - run: dvc repro\n',
      ),
      '.github/workflows/label.yml': workflow(
        'pull_request_target',
        `    if: contains(github.event.pull_request.labels.*.name, 'safe')\n    steps:\n${head}    - run: dvc repro\n`,
      ),
      '.github/workflows/environment.yml': workflow(
        'pull_request_target',
        `    environment: approval\n    steps:\n${head}    - run: dvc repro\n`,
      ),
      '.github/workflows/hosted.yml': workflow(
        'pull_request',
        `    env: {T: "\${{ secrets.T }}"}\n    steps:\n${head}    - run: dvc repro\n`,
      ),
      '.github/workflows/comment.yml': workflow('pull_request_target', `    steps:\n${head}    - run: echo thanks\n`),
      '.github/workflows/bare.yml':
        'on: pull_request\njobs:\n  gpu:\n    runs-on: [self-hosted, gpu]\n    steps:\n    - uses: actions/checkout@v4\n    - run: make train\n',
    }),
  ],

  reads: 'yaml',
  *inspect(document, project) {
    for (const job of thoseIn(githubJobs(project), document)) {
      if (isGated(job)) continue;
      const brings = bringsHead(job);
      const trusted = isTrusted(job) && brings !== undefined;
      const machine =
        !trusted &&
        isSelfHosted(job) &&
        job.workflow.triggers.some(({ name }) => name === 'pull_request') &&
        hasSecrets(job);
      const step = trusted ? runsTraining(job, brings) : machine ? runsTraining(job, undefined) : undefined;
      if (step?.run === undefined) continue;
      const trigger = job.workflow.triggers.find(({ name }) => (trusted ? TRUSTED.has(name) : name === 'pull_request'));
      const evidence =
        brings === undefined ? [] : [seen(document, brings.node.span, 'brings in the code of the pull request')];
      yield at(
        document,
        step.run.node.span,
        `job \`${job.id}\` runs code of a pull request on \`${trigger?.name ?? ''}\`${machine ? ' on a self-hosted runner with secrets' : ' with the rights of the repository'}`,
        { evidence },
      );
    }
  },
});
