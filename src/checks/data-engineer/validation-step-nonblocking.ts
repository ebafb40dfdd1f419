import type { Outcome } from '../../core/finding.ts';
import { type DataDocument, type DataNode, each, entries, get, literal, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { shellCommands } from '../../documents/shell.ts';
import { boolAt } from '../../facts/formats/field.ts';
import { githubWorkflows } from '../../facts/formats/github.ts';
import { spanWithin } from '../../facts/formats/written.ts';
import { swallowed, validates } from '../../facts/validation/commands.ts';
import { unwarned } from '../../facts/validation/dbt-runs.ts';
import { isJobRead, isReadLater } from '../../facts/validation/outcomes.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

function* inWorkflow(document: DataDocument, project: Project): Generator<Outcome> {
  for (const job of githubWorkflows(project)
    .filter((each) => each.document === document)
    .flatMap(({ jobs }) => jobs)) {
    const own = job.continueOnError;
    if (own?.value === true && validates(`${job.id} ${job.name?.text ?? ''}`) && !isJobRead(job))
      yield at(document, own.node.span, `job \`${job.id}\` validates and may fail without failing the workflow`);
    for (const step of job.steps) {
      const field = step.continueOnError;
      const said = [
        step.name?.text ?? '',
        ...step.commands.map(({ words }) => words.map((word) => word.text).join(' ')),
      ];
      if (field?.value === true && said.some(validates) && !isReadLater(job, step))
        yield at(
          document,
          field.node.span,
          `step \`${(step.name?.text ?? said[1] ?? '').slice(0, 60)}\` validates and may fail without failing the job`,
        );
    }
  }
}

/** GitLab's and Azure's jobs: `allow_failure: true`, `continueOnError: true`. */
function* inOthers(root: DataNode, document: DataDocument): Generator<Outcome> {
  for (const node of walk(root)) {
    for (const { key, value } of entries(node)) {
      const inner = value.kind === 'map' && get(value, 'script') !== undefined ? { name: key, node: value } : undefined;
      const allowed = inner === undefined ? undefined : boolAt(inner.node, 'allow_failure');
      const script = each(get(inner?.node, 'script')).map((line) => text(line) ?? '');
      if (inner !== undefined && allowed?.value === true && [inner.name, ...script].some(validates))
        yield at(document, allowed.node.span, `job \`${inner.name}\` validates and is allowed to fail`);
    }
    const azure = boolAt(node, 'continueOnError');
    const name =
      literal(get(node, 'displayName')) ??
      literal(get(node, 'script')) ??
      literal(get(node, 'bash')) ??
      literal(get(node, 'job')) ??
      '';
    if (azure?.value === true && validates(name))
      yield at(
        document,
        azure.node.span,
        `step \`${name.slice(0, 60)}\` validates and may fail without failing the job`,
      );
  }
}

const SCRIPTS = /^(run|script|bash|cmd|command|args)$/;

function* inScripts(root: DataNode, document: DataDocument): Generator<Outcome> {
  for (const node of walk(root)) {
    for (const { key, value } of entries(node)) {
      if (!SCRIPTS.test(key)) continue;
      for (const line of each(value)) {
        const script = text(line) ?? '';
        for (const { command, how, by } of swallowed(shellCommands(script))) {
          const start = Math.min(command.span.start, by.span.start);
          const whole = script.slice(start, Math.max(command.span.end, by.span.end));
          const span =
            how === 'set +e' ? spanWithin(line, script.slice(by.span.start, by.span.end)) : spanWithin(line, whole);
          yield at(
            document,
            span,
            `\`${how}\` swallows a failure of \`${script.slice(command.span.start, command.span.end).replace(/\s+/g, ' ').slice(0, 80)}\``,
          );
        }
      }
    }
  }
}

const WORDS = ['continue-on-error', 'allow_failure', 'continueOnError', '|| ', '||true', 'set +e'];

const workflow = (steps: string): string => `on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Validation that cannot fail its pipeline',
  why: `
    The step is there and everybody counts on it, but bad data or a bad model only turns a line in a log red. What follows in the
    pipeline runs as if the validation had passed.
  `,
  fix: 'Let the step fail the job; where some failures are known, name them in the validation itself.',
  references: [
    'https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepscontinue-on-error',
    'https://docs.gitlab.com/ci/yaml/#allow_failure',
  ],
  examples: [
    bad({
      '.github/workflows/ci.yml': workflow(
        '      - name: Validate data\n        run: python -m checks.run\n        continue-on-error: «true»\n      - run: «dbt test --select tag:features || true»\n      - run: |\n          «set +e»\n          soda scan -d prod checks.yml\n          echo done\n',
      ),
    }),
    bad({
      '.gitlab-ci.yml':
        'model-validation:\n  script:\n    - python validate.py\n  allow_failure: «true»\nquality:\n  script:\n    - «great_expectations checkpoint run orders || exit 0»\n',
      'dvc.yaml': 'stages:\n  check:\n    cmd: «python src/evaluate_model.py || true»\n',
      'azure-pipelines.yml':
        'steps:\n  - script: python x.py\n    displayName: Evaluate model\n    continueOnError: «true»\n',
    }),
    bad({
      '.github/workflows/dbt.yml': changed(
        workflow('      - run: dbt --warn-error build --select tag:features\n'),
        workflow('      - run: «dbt build --select tag:features»\n'),
      ),
    }),
    good({
      '.github/workflows/dbt.yml': changed(
        workflow('      - run: dbt --warn-error build --select tag:features\n'),
        workflow('      - name: Features\n        run: |\n          dbt --warn-error build --select tag:features\n'),
      ),
    }),
    good({
      '.github/workflows/ci.yml': workflow(
        "      - name: Validate data\n        id: data\n        run: python -m checks.run\n        continue-on-error: true\n      - if: steps.data.outcome == 'failure'\n        run: exit 1\n      - name: Lint data models\n        run: ruff check models || true\n        continue-on-error: true\n      - name: Validate model\n        run: python validate.py\n        continue-on-error: ${{ matrix.experimental }}\n      - name: Notify about model validation\n        run: ./notify.sh\n        continue-on-error: true\n      - run: |\n          set +e\n          python validate_data.py\n          code=$?\n          ./report.sh\n          exit $code\n      - name: create asset for cli/x\n        run: az ml data create --file data/adult_test.yaml\n        continue-on-error: true\n      - run: rm -rf data/test || true\n",
      ),
      '.gitlab-ci.yml':
        'model-validation:\n  script: [python validate.py]\n  allow_failure: false\nlint:\n  script: [ruff check .]\n  allow_failure: true\n',
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    for (const document of after.documents('yaml', WORDS)) {
      yield* inWorkflow(document, after);
      for (const root of document.roots) {
        if (!/(^|\/)\.github\//.test(document.path)) yield* inOthers(root, document);
        yield* inScripts(root, document);
      }
    }
    for (const { head, run, base, was } of unwarned(before, after))
      yield at(head, run.span, `\`${run.said.slice(0, 80)}\` no longer turns warnings into failures`, {
        evidence: [seen(base, was.span, '`--warn-error` before the change')],
      });
  },
});
