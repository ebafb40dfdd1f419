import type { Span } from '../../core/location.ts';
import { bool, type DataDocument, type DataNode, get, literal, walk, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type BundleResource, databricksResources, databricksTasks } from '../formats/databricks.ts';
import { valuesInTargets } from '../formats/databricks-variables.ts';
import { mlflowRecipes } from '../formats/training.ts';
import { rolesOf } from '../orchestration/roles.ts';

/** A gate for models that lets everything through. */
export interface OpenGate {
  readonly document: DataDocument;
  readonly span: Span;
  readonly says: string;
  /** `scheduled`: the job runs by itself and deploys to production; `baseline`: only the comparison with the model in force is off. */
  readonly kind: 'disabled' | 'scheduled' | 'baseline';
}

type Task = ReturnType<typeof databricksTasks>[number];

const DISABLED = new Set(['disabled', 'dry_run', 'dry-run']);
const isOff = (value: string): boolean => DISABLED.has(value.toLowerCase());

/** True when a task that deploys waits for the validation, near or far. */
function feedsDeployment(tasks: readonly Task[], gate: Task): boolean {
  const waits = new Set([gate.key?.text ?? '']);
  for (let round = 0; round < tasks.length; round += 1) {
    for (const task of tasks) if (task.dependsOn.some((each) => waits.has(each))) waits.add(task.key?.text ?? '');
  }
  return tasks.some(
    (task) =>
      task !== gate &&
      waits.has(task.key?.text ?? '') &&
      rolesOf(`${task.key?.text ?? ''} ${task.source?.text ?? ''}`).has('deploy'),
  );
}

function isScheduled({ node, bundles }: BundleResource): boolean {
  const runs =
    (get(node, 'schedule') ?? get(node, 'trigger') ?? get(node, 'continuous')) !== undefined &&
    literal(get(node, 'schedule', 'pause_status')) !== 'PAUSED';
  return (
    runs &&
    bundles.some(({ targets }) =>
      targets.some(({ mode, name }) => mode === 'production' || /^(prod|prd|production|live)$/.test(name)),
    )
  );
}

/** A value may be written in the job or with the variables of its bundle. */
function documentOf(job: BundleResource, node: DataNode): DataDocument {
  const holds = (root: DataNode): boolean => [...walk(root)].includes(node);
  return holds(job.node) ? job.document : (job.bundles.find((bundle) => holds(bundle.node))?.document ?? job.document);
}

function gatesOfJob(job: BundleResource): readonly OpenGate[] {
  const tasks = databricksTasks(job);
  return tasks.flatMap((task): readonly OpenGate[] => {
    const name = task.key?.text ?? '';
    if (!rolesOf(`${name} ${task.source?.text ?? ''}`).has('validate') || !feedsDeployment(tasks, task)) return [];
    const parameters =
      get(task.node, 'notebook_task', 'base_parameters') ?? get(task.node, 'python_wheel_task', 'named_parameters');
    const counts = valuesInTargets(job, get(parameters, 'run_mode')).filter(
      ({ mode, value }) => mode !== 'development' && isOff(value),
    );
    const [off] = counts;
    if (off !== undefined) {
      const says = `task \`${name}\` of job \`${job.key}\` validates with run_mode \`${off.value}\`, which stops nothing`;
      return [
        {
          document: documentOf(job, off.node),
          span: off.node.span,
          says,
          kind: isScheduled(job) ? 'scheduled' : 'disabled',
        },
      ];
    }
    const baseline = get(parameters, 'enable_baseline_comparison');
    const compared = valuesInTargets(job, baseline).filter(
      ({ mode, value }) => mode !== 'development' && value.toLowerCase() === 'false',
    );
    return compared.length === 0 || baseline === undefined
      ? []
      : [
          {
            document: job.document,
            span: baseline.span,
            says: `task \`${name}\` of job \`${job.key}\` does not compare with the model in force`,
            kind: 'baseline',
          },
        ];
  });
}

/** `quality_gate: false`, `skip_validation: true`, `model_gate: {enabled: false}`. */
const GATE =
  /^(enable_|use_|run_|require_)?(quality|validation|evaluation|model|promotion|performance)_(gate|gating)(_enabled)?$|^(enable|require)_model_validation$|^model_validation_enabled$/;
const SKIP = /^(skip|disable|bypass)_(model_)?(validation|evaluation|quality_gate|gate)$/;

function switchesIn(document: DataDocument): readonly OpenGate[] {
  return document.roots.flatMap((root) =>
    [...walkEntries(root)].flatMap(({ key, value }): readonly OpenGate[] => {
      const name = key
        .replaceAll('-', '_')
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .toLowerCase();
      const inner = value.kind === 'map' && GATE.test(name) ? get(value, 'enabled') : value;
      if (inner === undefined) return [];
      const set = bool(inner) ?? (literal(inner) === 'false' ? false : literal(inner) === 'true' ? true : undefined);
      const off = (GATE.test(name) && set === false) || (SKIP.test(name) && set === true);
      return off
        ? [{ document, span: inner.span, says: `\`${key}\` switches the gate for models off`, kind: 'disabled' }]
        : [];
    }),
  );
}

/** Every gate for models that is there and cannot stop one: of Databricks jobs, MLflow recipes and settings of pipelines. */
export function openGates(project: Project): readonly OpenGate[] {
  const recipes = mlflowRecipes(project).flatMap(({ document, allowNonValidated }): readonly OpenGate[] =>
    allowNonValidated?.value === true
      ? [
          {
            document,
            span: allowNonValidated.node.span,
            says: 'the recipe registers models that did not pass its criteria (`allow_non_validated_model`)',
            kind: 'disabled',
          },
        ]
      : [],
  );
  const words = ['gate', 'gating', 'validation', 'evaluation', 'Gate', 'Validation', 'Evaluation'];
  const settings = [
    ...project.documents('yaml', words),
    ...project.documents('toml', words),
    ...project.documents('json', words),
  ];
  return [...databricksResources(project, 'jobs').flatMap(gatesOfJob), ...recipes, ...settings.flatMap(switchesIn)];
}
