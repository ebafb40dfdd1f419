import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument } from '../../documents/python/python.ts';
import { type Call, callAt } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { givenFor } from '../python/functions.ts';
import { stringParts } from '../python/strings.ts';
import { enclosingFunction, parameters } from '../python/structure.ts';
import type { CodePipeline, CodeStep } from './code-steps.ts';

/** What a step does to models beyond running. */
export type EffectKind = 'registers' | 'endpoint' | 'deploys' | 'scores' | 'trains' | 'validates' | 'finds';

export interface Effect {
  readonly kind: EffectKind;
  /** Of the model, or of the endpoint; undefined where it is only known when the pipeline runs. */
  readonly name: string | undefined;
  readonly document: PythonDocument;
  readonly call: Call;
}

interface Row {
  readonly kind: EffectKind;
  readonly called: RegExp;
  /** Keywords that name the model or endpoint. */
  readonly names: readonly string[];
}

const DISPLAY = ['display_name', 'model_display_name', 'model_name'];

const ROWS: readonly Row[] = [
  {
    kind: 'registers',
    called:
      /^google_cloud_pipeline_components(\.\w+)*\.ModelUploadOp$|^google\.cloud\.aiplatform(\.\w+)*\.Model\.upload$|UploadModelOperator$/,
    names: DISPLAY,
  },
  {
    kind: 'registers',
    called: /^mlflow(\.\w+)*\.(log_model|register_model)$/,
    names: ['registered_model_name', 'name'],
  },
  {
    kind: 'registers',
    called: /^sagemaker\.workflow(\.\w+)*\.RegisterModel$|SageMakerRegisterModelVersionOperator$/,
    names: ['model_package_group_name', 'package_group_name'],
  },
  {
    kind: 'endpoint',
    called:
      /^google_cloud_pipeline_components(\.\w+)*\.EndpointCreateOp$|^google\.cloud\.aiplatform(\.\w+)*\.Endpoint\.create$|CreateEndpointOperator$|SageMakerEndpointOperator$/,
    names: ['display_name', 'endpoint_name'],
  },
  {
    kind: 'deploys',
    called: /^google_cloud_pipeline_components(\.\w+)*\.ModelDeployOp$|\.DeployModelOperator$/,
    names: ['deployed_model_display_name'],
  },
  {
    kind: 'scores',
    called:
      /^google_cloud_pipeline_components(\.\w+)*\.ModelBatchPredictOp$|^google\.cloud\.aiplatform(_v1\w*)?(\.\w+)*\.BatchPredictionJob(\.create)?$|^sagemaker\.workflow(\.\w+)*\.TransformStep$|SageMakerTransformOperator$|BatchPredictionJobOperator$/,
    names: [],
  },
  {
    kind: 'finds',
    called: /^google\.cloud\.aiplatform(\.\w+)*\.Model(\.list)?$|GetVertexModelOp$/,
    names: ['model_name', 'model_resource_name'],
  },
  {
    kind: 'trains',
    called:
      /^google_cloud_pipeline_components(\.\w+)*\.(Custom\w*TrainingJobOp|\w*TrainingJobRunOp|HyperparameterTuning\w*Op|BigqueryCreateModelJobOp|create_custom_training_job\w*)$|^sagemaker\.workflow(\.\w+)*\.(TrainingStep|TuningStep|AutoMLStep)$|(SageMakerTrainingOperator|SageMakerTuningOperator|Create\w*TrainingJobOperator)$/,
    names: [],
  },
  {
    kind: 'validates',
    called:
      /^google_cloud_pipeline_components(\.\w+)*\.(ModelEvaluation\w*Op|\w*EvaluateModelJobOp)$|^sagemaker\.workflow(\.\w+)*\.(ConditionStep|ClarifyCheckStep|QualityCheckStep)$/,
    names: [],
  },
];

/** What a variable holds when nothing else is given: the default of the pipeline's parameter that it is. */
function defaultOf(document: PythonDocument, node: PyNode): string | undefined {
  const scope = node.type === 'identifier' ? enclosingFunction(node) : undefined;
  const name = document.text.slice(node.start, node.end);
  const parameter = scope && parameters(document, scope).find((each) => each.name === name);
  return stringOf(document, parameter?.default);
}

const saidBy = (document: PythonDocument, node: PyNode): string | undefined =>
  stringOf(document, node) ?? defaultOf(document, node);

/** A name given in a component is often its parameter, which the pipeline gives. */
function nameIn(pipeline: CodePipeline, step: CodeStep, document: PythonDocument, node: PyNode): string | undefined {
  const { component, call } = step;
  const direct = stringOf(document, node);
  if (direct !== undefined || component === undefined || node.type !== 'identifier')
    return direct ?? saidBy(document, node);
  const given = givenFor(pipeline.document, call, component, document.text.slice(node.start, node.end));
  const [only] = given;
  return given.length === 1 && only !== undefined
    ? saidBy(only.start >= call.node.start && only.end <= call.node.end ? pipeline.document : component.document, only)
    : undefined;
}

/** The variable in `filter=f'display_name="{model_name}"'`. */
function filteredBy(document: PythonDocument, filter: PyNode): PyNode | undefined {
  const said = stringParts(document, filter) ?? [];
  const index = said.findIndex((part) => 'text' in part && /display_name\s*=\s*"?$/.test(part.text));
  const next = index === -1 ? undefined : said[index + 1];
  return next !== undefined && 'expression' in next ? next.expression : undefined;
}

function namingOf({ called: _, kind, names }: Row, document: PythonDocument, call: Call): PyNode | undefined {
  const filter = kind === 'finds' ? call.keywords.get('filter') : undefined;
  const filtered = filter === undefined ? undefined : filteredBy(document, filter);
  return filtered ?? names.map((key) => call.keywords.get(key)).find((each) => each !== undefined);
}

/** A check that is skipped only makes a baseline. */
function isSkipped(document: PythonDocument, call: Call): boolean {
  const skip = call.keywords.get('skip_check');
  return skip !== undefined && isConstant(document, skip, true);
}

function effectOf(
  pipeline: CodePipeline,
  step: CodeStep,
  document: PythonDocument,
  call: Call,
  names: readonly string[],
): readonly Effect[] {
  const rows = ROWS.filter(({ called }) => names.some((name) => called.test(name)));
  return rows
    .filter(({ kind }) => kind !== 'validates' || !isSkipped(document, call))
    .map((row) => {
      const value = namingOf(row, document, call);
      return { kind: row.kind, name: value && nameIn(pipeline, step, document, value), document, call };
    });
}

const known = fact((pipeline: CodePipeline) => new Map(pipeline.steps.map((step) => [step, derived(pipeline, step)])));

/** What the step does: by the ready-made operator that it is, or by the calls inside the function that it runs. */
export const effectsOf = (pipeline: CodePipeline, step: CodeStep): readonly Effect[] => known(pipeline).get(step) ?? [];

function derived(pipeline: CodePipeline, step: CodeStep): readonly Effect[] {
  const own =
    step.operator === undefined ? [] : effectOf(pipeline, step, pipeline.document, step.call, [step.operator]);
  if (step.component === undefined) return own;
  const { document, node } = step.component;
  const inside = nodesWithin(document, child(node, 'body') ?? node, 'call').flatMap((each) => {
    const call = callAt(document, each);
    return call === undefined ? [] : effectOf(pipeline, step, document, call, call.names);
  });
  return [...own, ...inside];
}
