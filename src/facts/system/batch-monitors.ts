import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { ancestor, child, type PyNode, walk } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { codePipelines } from '../orchestration/code-pipelines.ts';
import { stringOf } from '../python/constants.ts';
import { givenFor } from '../python/functions.ts';
import { elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';
import { definitionName, enclosingFunction } from '../python/structure.ts';
import type { PythonMonitor, Recipients } from './python-monitors.ts';

const KEY = /^(modelMonitoringConfig|model_monitoring_config)$/;
const WORDS = ['modelMonitoringConfig', 'model_monitoring_config'];

/** Keys of Vertex AI that say whom an alert reaches. */
const ROUTES = /^(userEmails|user_emails|notificationChannels|notification_channels)$/;
const REFERENCE = /^(trainingDataset|training_dataset|statsAnomaliesBaseDirectory)$/;

/** The description of a monitor: `message['modelMonitoringConfig'] = {...}`, or the entry of a dictionary. */
function descriptions(document: PythonDocument): readonly { readonly key: PyNode; readonly value: PyNode }[] {
  const assigned = nodesOf(document, 'assignment').flatMap((node) => {
    const [left, value] = [child(node, 'left'), child(node, 'right')];
    const key = left?.type === 'subscript' ? child(left, 'subscript') : undefined;
    return key !== undefined && value !== undefined && KEY.test(stringOf(document, key) ?? '') ? [{ key, value }] : [];
  });
  const paired = nodesOf(document, 'pair').flatMap((node) => {
    const [key, value] = [child(node, 'key'), child(node, 'value')];
    return key !== undefined && value !== undefined && KEY.test(stringOf(document, key) ?? '') ? [{ key, value }] : [];
  });
  return [...assigned, ...paired].filter(({ value }) => value.type === 'dictionary');
}

/** Values of entries at any depth whose key fits. */
function valuesBelow(document: PythonDocument, outer: PyNode, wanted: RegExp): readonly PyNode[] {
  return [...walk(outer)].flatMap((node) => {
    const [key, value] = node.type === 'pair' ? [child(node, 'key'), child(node, 'value')] : [];
    return value !== undefined && wanted.test(stringOf(document, key) ?? '') ? [value] : [];
  });
}

interface Given {
  readonly document: PythonDocument;
  readonly node: PyNode;
}

/** What is given for a parameter of a step by the pipelines that run it; the expression itself where it is none. */
function givenBy(project: Project, document: PythonDocument, node: PyNode): readonly Given[] {
  const owner = node.type === 'identifier' ? enclosingFunction(node) : undefined;
  const name = document.text.slice(node.start, node.end);
  const found = codePipelines(project).flatMap((pipeline) =>
    pipeline.steps
      .filter(({ component }) => component !== undefined && component.node === owner)
      .flatMap(({ call, component }) => {
        const given = component === undefined ? [] : givenFor(pipeline.document, call, component, name);
        return given.map((each) => ({
          document: ancestor(each, 'module') === ancestor(call.node, 'module') ? pipeline.document : document,
          node: each,
        }));
      }),
  );
  return found.length === 0 ? [{ document, node }] : found;
}

/** Whether the lists of those who are told hold anybody; undefined where an expression decides. */
function recipientsOf(project: Project, document: PythonDocument, config: PyNode): Recipients | undefined {
  const lists = valuesBelow(document, config, ROUTES).flatMap((node) => givenBy(project, document, node));
  const known = lists.map((each) => ({ ...each, elements: elementsOf(each.document, each.node) }));
  const some = known.find(({ elements }) => elements !== undefined && elements.length > 0);
  const [first] = known;
  if (first === undefined) return undefined;
  if (some !== undefined) return { document: some.document, node: some.node, reached: true };
  if (known.some(({ elements }) => elements === undefined)) return undefined;
  const written = first.node.type === 'identifier' ? singleAssignment(first.document, first.node) : undefined;
  return { document: first.document, node: written ?? first.node, reached: false };
}

/** Monitors that a batch prediction of Vertex AI is asked to run beside itself. */
export const batchMonitors: (project: Project) => readonly PythonMonitor[] = fact((project) =>
  project.documents('python', WORDS).flatMap((document) =>
    descriptions(document).map(({ key, value }): PythonMonitor => {
      const owner = enclosingFunction(key);
      const runs = codePipelines(project).flatMap((pipeline) =>
        pipeline.steps
          .filter(({ component }) => component !== undefined && component.node === owner)
          .map((step) => ({ pipeline: pipeline.name, step: `${pipeline.name}/${step.name}` })),
      );
      const recipients = recipientsOf(project, document, value);
      return {
        document,
        node: value,
        place: key,
        tool: 'vertex',
        // A component that several pipelines run is none of them.
        name: runs.length === 1 ? runs[0]?.step : owner && definitionName(document, owner),
        reference: valuesBelow(document, value, REFERENCE)[0],
        scheduled: false,
        targets: runs.map(({ step }) => step),
        ...(runs.length === 0 ? {} : { pipelines: [...new Set(runs.map(({ pipeline }) => pipeline))] }),
        ...(recipients === undefined ? {} : { recipients }),
      };
    }),
  ),
);
