import type { Span } from '../../core/location.ts';
import { entryOf, get, has, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments, azureMonitors } from '../formats/azure.ts';
import { sagemakerEndpointConfigs } from '../formats/cloudformation.ts';
import type { Described } from '../formats/field.ts';
import { kserveServices } from '../formats/kserve.ts';
import { kubernetesObjects } from '../formats/kubernetes.ts';
import { monitors } from '../system/monitors.ts';

/** An endpoint whose requests a monitor wants to read, and which does not keep them. */
export interface Uncaptured extends Pick<Described, 'document'> {
  readonly span: Span;
  readonly says: string;
  /** Some are kept, too few to judge by. */
  readonly sparse: boolean;
  /** The monitor that reads them. */
  readonly reader: { readonly document: Described['document']; readonly span: Span } | undefined;
}

/** Less than this percentage of requests says little about rare values. */
const SPARSE = 5;

function sagemaker(project: Project): readonly Uncaptured[] {
  const readers = monitors(project).flatMap((monitor) =>
    monitor.by === 'sagemaker' && !/BatchTransformInput/.test(monitor.monitor.document.text) ? [monitor.monitor] : [],
  );
  const [reader] = readers;
  if (reader === undefined) return [];
  return sagemakerEndpointConfigs(project).flatMap(
    ({ document, id, properties, entry, capture }): readonly Uncaptured[] => {
      const common = { document, reader: { document: reader.document, span: reader.entry.keySpan } };
      if (capture === undefined)
        return has(properties, 'DataCaptureConfig') === 'no'
          ? [
              {
                ...common,
                span: entry.keySpan,
                says: `endpoint configuration \`${id}\` has no \`DataCaptureConfig\``,
                sparse: false,
              },
            ]
          : [];
      const { enabled, percentage, modes, node } = capture;
      if (enabled?.value === false)
        return [{ ...common, span: enabled.node.span, says: `\`${id}\` captures no requests`, sparse: false }];
      const lacks = ['Input', 'Output'].filter((mode) => !modes.includes(mode) && !modes.includes('InputAndOutput'));
      const options = get(node, 'CaptureOptions');
      if (lacks.length > 0 && options !== undefined && !options.open)
        return [
          {
            ...common,
            span: options.span,
            says: `\`${id}\` captures no ${lacks.join(' and no ').toLowerCase()}`,
            sparse: false,
          },
        ];
      if (percentage?.value !== undefined && percentage.value < SPARSE)
        return [
          {
            ...common,
            span: percentage.node.span,
            says: `\`${id}\` captures ${percentage.value} % of its requests`,
            sparse: percentage.value > 0,
          },
        ];
      return [];
    },
  );
}

function azure(project: Project): readonly Uncaptured[] {
  return azureMonitors(project).flatMap(
    ({ document, node, name, endpointDeployment, signals }): readonly Uncaptured[] => {
      const [, endpoint, deployment] = /^azureml:([\w-]+):([\w-]+)$/.exec(endpointDeployment?.value ?? '') ?? [];
      if (
        endpoint === undefined ||
        (signals.length > 0 && signals.every(({ productionData }) => productionData !== undefined))
      )
        return [];
      return azureDeployments(project)
        .filter(
          (each) =>
            each.online &&
            each.endpoint?.value === endpoint &&
            each.name?.value === deployment &&
            has(each.node, 'data_collector') === 'no',
        )
        .map((each) => ({
          document: each.document,
          span: each.name?.node.span ?? each.node.span,
          says: `deployment \`${endpoint}/${deployment}\` has no \`data_collector\``,
          sparse: false,
          reader: { document, span: name?.node.span ?? node.span },
        }));
    },
  );
}

/** A Knative trigger that takes the requests which KServe logs. */
function kserve(project: Project): readonly Uncaptured[] {
  const trigger = kubernetesObjects(project).find(
    ({ kind, spec }) =>
      kind === 'Trigger' && /serving\.inference/.test(text(get(spec, 'filter', 'attributes', 'type')) ?? ''),
  );
  if (
    trigger === undefined ||
    kserveServices(project).some(({ components }) => components.some(({ logger }) => logger !== undefined))
  )
    return [];
  const detects = monitors(project).some(({ by }) => by === 'alibi' || by === 'kubernetes');
  if (!detects) return [];
  return kserveServices(project).flatMap(({ document, name, predictor }) => {
    if (predictor === undefined || predictor.node.open) return [];
    const span = name?.node.span ?? entryOf(predictor.node)?.keySpan ?? predictor.node.span;
    return [
      {
        document,
        span,
        says: `\`${name?.text ?? ''}\` has no \`logger\``,
        sparse: false,
        reader: { document: trigger.document, span: trigger.name?.node.span ?? trigger.node.span },
      },
    ];
  });
}

/** Every endpoint of the repository that its monitors cannot see. */
export const uncaptured = (project: Project): readonly Uncaptured[] => [
  ...sagemaker(project),
  ...azure(project),
  ...kserve(project),
];
