import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { child, type PyNode, walk } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls, callsOfMethod } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { originsOf, sameValue } from '../python/flow.ts';

/** Resources of AWS that describe models, endpoints, monitors, and who hears of them. */
export type ConstructKind = 'model' | 'config' | 'endpoint' | 'monitor' | 'alarm' | 'rule' | 'topic' | 'pipeline';

const KINDS: Readonly<Record<ConstructKind, RegExp>> = {
  model: /\.aws_sagemaker(_alpha)?\.(CfnModel|CfnModelPackage|CfnModelPackageGroup|Model)$/,
  config: /\.aws_sagemaker(_alpha)?\.(CfnEndpointConfig|EndpointConfig)$/,
  endpoint: /\.aws_sagemaker(_alpha)?\.(CfnEndpoint|Endpoint)$/,
  monitor: /\.aws_sagemaker\.CfnMonitoringSchedule$/,
  alarm: /\.aws_cloudwatch\.(CfnAlarm|Alarm|CompositeAlarm)$/,
  rule: /\.aws_events\.(CfnRule|Rule)$/,
  topic: /\.aws_sns\.(CfnTopic|Topic)$/,
  pipeline: /\.aws_sagemaker\.CfnPipeline$/,
};

/** The same, to be asked in order. */
export const CONSTRUCTS = Object.entries(KINDS) as readonly (readonly [ConstructKind, RegExp])[];

/** A construct of the Cloud Development Kit: `sagemaker.CfnEndpoint(self, "Endpoint", ...)`. */
export interface Construct {
  readonly document: PythonDocument;
  readonly call: Call;
  readonly kind: ConstructKind;
  /** Its literal name, else its id in the stack. */
  readonly name: string;
  /** The constructs of the file that it is given, or told to wait for. */
  readonly refersTo: readonly Construct[];
  /** `config.data_capture_config = ...` after it was made, by attribute. */
  readonly settings: ReadonlyMap<string, PyNode>;
}

const OWN: Readonly<Partial<Record<ConstructKind, string>>> = {
  endpoint: 'endpoint_name',
  monitor: 'monitoring_schedule_name',
  alarm: 'alarm_name',
  model: 'model_name',
  config: 'endpoint_config_name',
};

interface Found {
  readonly call: Call;
  readonly kind: ConstructKind;
  readonly keywords: readonly Keyword[];
}

/** Constructs of one file, and keywords of one construct, that are compared with each other. */
const MOST_CONSTRUCTS = 100;
const MOST_KEYWORDS = 500;

function foundIn(document: PythonDocument): readonly Found[] {
  const found = calls(document).flatMap((call): readonly Found[] => {
    const kind = CONSTRUCTS.find(([, pattern]) =>
      call.names.some((name) => name.startsWith('aws_cdk') && pattern.test(name)),
    )?.[0];
    return kind === undefined ? [] : [{ call, kind, keywords: keywordsIn(document, call.node) }];
  });
  return found.slice(0, MOST_CONSTRUCTS);
}

interface Keyword {
  readonly name: string;
  readonly value: PyNode;
}

/** Keywords at any depth of what a construct is given: the properties of properties. */
function keywordsIn(document: PythonDocument, node: PyNode): readonly Keyword[] {
  const found: Keyword[] = [];
  for (const each of walk(node)) {
    if (found.length >= MOST_KEYWORDS) break;
    const [name, value] = each.type === 'keyword_argument' ? [child(each, 'name'), child(each, 'value')] : [];
    if (name !== undefined && value !== undefined) found.push({ name: textAt(document, name), value });
  }
  return found;
}

/** The construct that a variable holds: the last part of what the value comes from. */
const heldBy = (document: PythonDocument, node: PyNode, all: readonly Found[]): readonly Found[] => {
  const origins = originsOf(document, node);
  return all.filter(({ call }) => origins.has(call.node));
};

function settingsOf(document: PythonDocument, own: Found): ReadonlyMap<string, PyNode> {
  const found = new Map<string, PyNode>();
  const target = own.call.node.parent?.type === 'assignment' ? child(own.call.node.parent, 'left') : undefined;
  for (const node of target === undefined ? [] : nodesOf(document, 'assignment')) {
    const [left, value] = [child(node, 'left'), child(node, 'right')];
    const [object, attribute] = left?.type === 'attribute' ? [child(left, 'object'), child(left, 'attribute')] : [];
    if (object === undefined || attribute === undefined || value === undefined || target === undefined) continue;
    if (textAt(document, object) === textAt(document, target)) found.set(textAt(document, attribute), value);
  }
  return found;
}

const textAt = (document: PythonDocument, node: PyNode): string => document.text.slice(node.start, node.end);

/** The values of such keywords whose name fits. */
export const keywordsBelow = (document: PythonDocument, node: PyNode, wanted: RegExp): readonly PyNode[] =>
  keywordsIn(document, node)
    .filter(({ name }) => wanted.test(name))
    .map(({ value }) => value);

/** Two constructs that are given the same variable for one name: the endpoint's own name, and the name that is watched. */
function sharesName(document: PythonDocument, own: Found, other: Found): boolean {
  const key = OWN[other.kind];
  const name = key === undefined ? undefined : other.call.keywords.get(key);
  if (name === undefined) return false;
  const wanted = own.kind === 'alarm' ? 'value' : key;
  const said = stringOf(document, name);
  return own.keywords.some(
    ({ name: each, value }) =>
      each === wanted &&
      (sameValue(document, value, name) || (said !== undefined && stringOf(document, value) === said)),
  );
}

function refersTo(document: PythonDocument, own: Found, all: readonly Found[]): ReadonlySet<Found> {
  const found = new Set<Found>();
  for (const node of [...own.call.args.slice(1), ...own.call.keywords.values(), ...settingsOf(document, own).values()])
    for (const each of heldBy(document, node, all)) found.add(each);
  for (const call of callsOfMethod(document, 'add_depends_on', 'add_dependency', 'add_alarm_action', 'add_target')) {
    const target = call.receiver === undefined ? undefined : heldBy(document, call.receiver, all).at(-1);
    if (target === own) for (const arg of call.args) for (const each of heldBy(document, arg, all)) found.add(each);
  }
  for (const other of all) if (other !== own && sharesName(document, own, other)) found.add(other);
  found.delete(own);
  return found;
}

const constructsIn: (document: PythonDocument) => readonly Construct[] = fact((document) => {
  const all = foundIn(document);
  const made = new Map<Found, Construct & { refersTo: Construct[] }>();
  for (const own of all) {
    const { call, kind } = own;
    const key = OWN[kind];
    const literal = key === undefined ? undefined : stringOf(document, call.keywords.get(key));
    const id = stringOf(document, argument(call, 1, 'id', 'construct_id'));
    const name = literal ?? id ?? `${textAt(document, call.callee).replace(/^.*\./, '')} in ${document.path}`;
    made.set(own, { document, call, kind, name, refersTo: [], settings: settingsOf(document, own) });
  }
  for (const [own, construct] of made)
    for (const other of refersTo(document, own, all)) {
      const target = made.get(other);
      if (target !== undefined) construct.refersTo.push(target);
    }
  return [...made.values()];
});

/** Every construct of the kinds above in the project's Python. */
export const cdkConstructs: (project: Project) => readonly Construct[] = fact((project) =>
  project.documents('python', ['aws_cdk']).flatMap(constructsIn),
);

/** What a construct is called on the map: ids are unique in a stack only, so that one used twice is told apart by its file. */
export const labelOf: (project: Project) => (construct: Construct) => string = fact((project) => {
  const files = new Map<string, Set<string>>();
  for (const { kind, name, document } of cdkConstructs(project)) {
    const key = `${kind}\0${name}`;
    files.set(key, (files.get(key) ?? new Set<string>()).add(document.path));
  }
  return ({ kind, name, document }) =>
    (files.get(`${kind}\0${name}`)?.size ?? 0) > 1 ? `${name} in ${document.path}` : name;
});

/** True where the endpoint's configuration captures what comes in and goes out; undefined where the code decides. */
export function capturesData({ document, call, settings }: Construct): boolean | undefined {
  const capture = call.keywords.get('data_capture_config') ?? settings.get('data_capture_config');
  if (capture === undefined) return call.spread ? undefined : false;
  const [enabled] = keywordsBelow(document, capture, /^enable_capture$/);
  const said = enabled === undefined ? undefined : textAt(document, enabled);
  return said === 'True' ? true : said === 'False' ? false : undefined;
}

/** What an alarm is set to start: `alarm_actions=[...]` or `alarm.add_alarm_action(...)`. */
export function actionsOf(construct: Construct): PyNode | undefined {
  const { document, call } = construct;
  const given = call.keywords.get('alarm_actions');
  if (given !== undefined) return given;
  const target = call.node.parent?.type === 'assignment' ? child(call.node.parent, 'left') : undefined;
  const name = target && textAt(document, target);
  return callsOfMethod(document, 'add_alarm_action').find(
    ({ receiver }) => receiver !== undefined && textAt(document, receiver) === name,
  )?.node;
}

/** Events that tell of an alarm, or of a run of a monitor; those of pipelines and registries tell of neither. */
export const ALARM_EVENT = /CloudWatch Alarm State Change|SageMaker Processing Job/;

/** The rule handles what alarms or monitors say. */
export function handlesAlarms({ document, call }: Construct): boolean {
  return keywordsBelow(document, call.node, /^detail_type$/).some((node) => ALARM_EVENT.test(textAt(document, node)));
}

/** The schedule of a rule. */
export const scheduleOf = ({ call }: Construct): PyNode | undefined =>
  argument(call, -1, 'schedule', 'schedule_expression');
