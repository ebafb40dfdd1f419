import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument } from '../../documents/python/python.ts';
import { type Call, callAt } from '../python/calls.ts';
import { originsOf } from '../python/flow.ts';
import type { Definition } from '../python/functions.ts';
import { elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';

export type CodeFramework = 'airflow' | 'azure' | 'dagster' | 'kubeflow' | 'prefect' | 'sagemaker' | 'zenml';

/** A step of a pipeline in code, before the order between the steps is known. */
export interface StepCall {
  readonly name: string;
  readonly call: Call;
  /** The function of the repository that the step runs, in whatever file it stands. */
  readonly component: Definition | undefined;
  /** Full name of a ready-made step: `google_cloud_pipeline_components.v1.model.ModelUploadOp`. */
  readonly operator: string | undefined;
  /** A branch that lets what stands in it run, or not. */
  readonly condition: boolean;
}

export interface CodeStep extends StepCall {
  /** Names of the steps that it waits for, without those that one of them waits for. */
  readonly after: readonly string[];
  /** Names of all the steps that it waits for, near and far. */
  readonly behind: ReadonlySet<string>;
}

/** A pipeline that Python spells out as steps. */
export interface CodePipeline {
  readonly document: PythonDocument;
  readonly framework: CodeFramework;
  readonly name: string;
  /** What to show: the function's name, or what is called to make the pipeline. */
  readonly node: PyNode;
  /** The function whose body is the pipeline. */
  readonly function: PyNode | undefined;
  readonly steps: readonly CodeStep[];
}

/** Says which other steps a step waits for. */
export type Waits = (step: StepCall) => readonly StepCall[];

/** Steps of one pipeline; no pipeline that people write comes near. */
const MOST_STEPS = 300;

/** Steps of one name are told apart as Kubeflow does: `train`, `train-2`. */
export function distinct(steps: readonly StepCall[]): readonly StepCall[] {
  const seen = new Map<string, number>();
  return steps.slice(0, MOST_STEPS).map((step) => {
    const count = (seen.get(step.name) ?? 0) + 1;
    seen.set(step.name, count);
    return count === 1 ? step : { ...step, name: `${step.name}-${count}` };
  });
}

/** The steps whose call the value of an expression comes from. */
export function stepsBehind(document: PythonDocument, node: PyNode, steps: readonly StepCall[]): readonly StepCall[] {
  const origins = originsOf(document, node);
  return steps.filter((step) => origins.has(step.call.node));
}

const MOST_LINKS = 12;

/** The one step that an expression is: `op`, `op.output`, `make().set_display_name('x')`. */
function stepAt(document: PythonDocument, node: PyNode, steps: ReadonlyMap<PyNode, StepCall>): StepCall | undefined {
  let at: PyNode | undefined = bare(node);
  for (let links = 0; at !== undefined && links < MOST_LINKS; links += 1) {
    const own = steps.get(at);
    if (own !== undefined) return own;
    if (at.type === 'identifier') at = singleAssignment(document, at);
    else at = child(at, at.type === 'call' ? 'function' : at.type === 'attribute' ? 'object' : 'value');
    at = at && bare(at);
  }
  return undefined;
}

/** The steps that an expression, or each element of a list, is. */
export function stepsMeant(document: PythonDocument, node: PyNode, steps: readonly StepCall[]): readonly StepCall[] {
  const byNode = new Map(steps.map((step) => [step.call.node, step]));
  return (elementsOf(document, node) ?? [node]).flatMap((each) => stepAt(document, each, byNode) ?? []);
}

const BEFORE = new Set(['after', 'set_upstream', 'add_depends_on', 'add_upstream']);
const LATER = new Set(['set_downstream', 'add_downstream']);

/** What `a.after(b)`, `a.set_downstream(b)` and `a >> [b, c] >> d` say: every step with those that are put before it. */
export function statedOrder(
  document: PythonDocument,
  scope: PyNode,
  steps: readonly StepCall[],
): ReadonlyMap<StepCall, ReadonlySet<StepCall>> {
  const before = new Map(steps.map((step) => [step, new Set<StepCall>()]));
  const meant = (node: PyNode): readonly StepCall[] => stepsMeant(document, node, steps);
  const link = (from: readonly StepCall[], to: readonly StepCall[]): void => {
    for (const later of to) for (const each of from) if (each !== later) before.get(later)?.add(each);
  };
  for (const node of nodesWithin(document, scope, 'call')) {
    const { receiver, method = '', args } = callAt(document, node) ?? { args: [] };
    if (receiver === undefined || !(BEFORE.has(method) || LATER.has(method))) continue;
    const [own, others] = [meant(receiver), args.flatMap(meant)];
    if (BEFORE.has(method)) link(others, own);
    else link(own, others);
  }
  for (const node of nodesWithin(document, scope, 'binary_operator')) {
    const sign = child(node, 'operator')?.type;
    const [left, right] = [child(node, 'left'), child(node, 'right')];
    if ((sign !== '>>' && sign !== '<<') || left === undefined || right === undefined) continue;
    const last = left.type === 'binary_operator' ? (child(left, 'right') ?? left) : left;
    if (sign === '>>') link(meant(last), meant(right));
    else link(meant(right), meant(last));
  }
  return before;
}

/** The steps with what they wait for; a step that only waits for another because of a third does not say so itself. */
export function ordered(steps: readonly StepCall[], waits: Waits): readonly CodeStep[] {
  const direct = new Map(steps.map((step) => [step, new Set(waits(step).filter((each) => each !== step))]));
  const behind = new Map(steps.map((step) => [step, closure(step, direct)]));
  return steps.map((step) => {
    const all = behind.get(step) ?? new Set<StepCall>();
    const near = [...(direct.get(step) ?? [])].filter(
      (each) => ![...all].some((other) => other !== each && behind.get(other)?.has(each) === true),
    );
    return {
      ...step,
      after: near.map(({ name }) => name),
      behind: new Set([...all].map(({ name }) => name)),
    };
  });
}

function closure(step: StepCall, direct: ReadonlyMap<StepCall, ReadonlySet<StepCall>>): ReadonlySet<StepCall> {
  const found = new Set<StepCall>();
  const left = [...(direct.get(step) ?? [])];
  for (let each = left.pop(); each !== undefined; each = left.pop()) {
    if (each === step || found.has(each)) continue;
    found.add(each);
    left.push(...(direct.get(each) ?? []));
  }
  return found;
}
