import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { enclosingFunction } from '../python/structure.ts';
import {
  type CodePipeline,
  distinct,
  ordered,
  type StepCall,
  statedOrder,
  stepsBehind,
  stepsMeant,
} from './code-steps.ts';

const PIPELINE = /^sagemaker\.workflow\.pipeline\.Pipeline$/;
const STEP = /^sagemaker\.workflow(\.\w+)*\.(\w+Step|RegisterModel|EstimatorTransformer)$/;
const CONDITION = /\.ConditionStep$/;

/** What a branch decides upon; the steps that it lets run are not what it waits for. */
const BRANCHES = new Set(['if_steps', 'else_steps']);

const inputs = (step: StepCall): readonly PyNode[] => [
  ...step.call.args,
  ...[...step.call.keywords].flatMap(([key, value]) => (BRANCHES.has(key) ? [] : [value])),
];

function stepOf(document: PythonDocument, call: Call): StepCall | undefined {
  const operator = call.names.find((name) => STEP.test(name));
  if (operator === undefined) return undefined;
  const name = stringOf(document, argument(call, 0, 'name')) ?? operator.slice(operator.lastIndexOf('.') + 1);
  return { name, call, component: undefined, operator, condition: CONDITION.test(operator) };
}

function pipelineOf(document: PythonDocument, call: Call, all: readonly StepCall[]): CodePipeline {
  const scope = enclosingFunction(call.node);
  const [module] = nodesOf(document, 'module');
  const near = all.filter((step) => enclosingFunction(step.call.node) === scope);
  const listed = argument(call, 2, 'steps');
  const own = listed === undefined ? [] : stepsBehind(document, listed, all);
  // Lists that are added to piece by piece are seen as a whole where the steps are made beside the pipeline.
  const found = distinct(all.filter((step) => near.includes(step) || own.includes(step)));
  const stated = statedOrder(document, scope ?? module ?? call.node, found);
  const branched = (step: StepCall): readonly StepCall[] =>
    found.filter((other) =>
      [...BRANCHES].some((key) => {
        const branch = other.condition ? other.call.keywords.get(key) : undefined;
        return branch !== undefined && stepsMeant(document, branch, [step]).length > 0;
      }),
    );
  return {
    document,
    framework: 'sagemaker',
    name: stringOf(document, argument(call, 0, 'name')) ?? document.path,
    node: call.callee,
    function: scope,
    steps: ordered(found, (step) => [
      ...inputs(step).flatMap((arg) => stepsBehind(document, arg, found)),
      ...(stated.get(step) ?? []),
      ...branched(step),
    ]),
  };
}

/** Every SageMaker `Pipeline(...)` of a file with its steps. */
export const sagemakerPipelines: (document: PythonDocument) => readonly CodePipeline[] = fact((document) => {
  const made = calls(document).filter(({ names }) => names.some((name) => PIPELINE.test(name)));
  if (made.length === 0) return [];
  const steps = calls(document).flatMap((call) => stepOf(document, call) ?? []);
  return made.map((call) => pipelineOf(document, call, steps));
});
