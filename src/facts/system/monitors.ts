import { fact } from '../../core/fact.ts';
import type { RepoPath, Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entryOf, get, text } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { type AzureMonitor, azureMonitors } from '../formats/azure.ts';
import { type SagemakerMonitor, sagemakerMonitors } from '../formats/cloudformation.ts';
import { type BundleResource, databricksResources } from '../formats/databricks.ts';
import { type AlibiDetector, alibiDetectors, type NannymlConfig, nannymlConfigs } from '../formats/detectors.ts';
import { type KubernetesWorkload, kubernetesWorkloads } from '../formats/kubernetes.ts';
import { type TerraformResource, terraformResources } from '../formats/terraform.ts';
import { tokensOf } from '../paths.ts';
import { type WrittenConstruct, writtenConstructs } from './cdk-typescript.ts';
import { type PythonMonitor, pythonMonitors } from './python-monitors.ts';

/** Where a monitor of the system is described, by mechanism. */
export type MonitorSource =
  | { readonly by: 'azure'; readonly monitor: AzureMonitor }
  | { readonly by: 'sagemaker'; readonly monitor: SagemakerMonitor }
  | { readonly by: 'databricks'; readonly monitor: BundleResource }
  | { readonly by: 'terraform'; readonly monitor: TerraformResource }
  | { readonly by: 'nannyml'; readonly monitor: NannymlConfig }
  | { readonly by: 'alibi'; readonly monitor: AlibiDetector }
  | { readonly by: 'kubernetes'; readonly monitor: KubernetesWorkload }
  | { readonly by: 'python'; readonly monitor: PythonMonitor }
  | { readonly by: 'construct'; readonly monitor: WrittenConstruct };

/** Something that watches drift or the quality of data and predictions; health checks of infrastructure are none. */
export type Monitor = MonitorSource & {
  readonly name: string;
  readonly document: DocumentBase & { readonly path: RepoPath };
  /** The place to flag: its name, else its key. */
  readonly span: Span;
};

const TERRAFORM =
  /^(aws_sagemaker_(monitoring_schedule|data_quality_job_definition|model_quality_job_definition)|databricks_(quality_monitor|lakehouse_monitor|data_quality_monitor)|google_vertex_ai_\w*monitor\w*)$/;

/** Names of tools that watch drift, as words of an image or a command. */
const TOOL = new Set(['evidently', 'nannyml', 'whylogs', 'deepchecks']);

/** `drift-detector`, `data-drift-job`, `model-monitor`. */
export function namesMonitor(name: string): boolean {
  const tokens = tokensOf(name);
  if (tokens.some((token) => TOOL.has(token) || /^drift(s|ing|detector)?$/.test(token))) return true;
  const said = tokens.join(' ');
  return /\balibi detect\b|\b(model|data|prediction|feature|inference|quality) (monitor|monitoring|quality monitor)\b/.test(
    said,
  );
}

const nameSpan = (document: DataDocument, node: DataNode, field: DataNode | undefined): Span =>
  field?.span ??
  entryOf(node)?.keySpan ?? { start: node.span.start, end: Math.min(node.span.end, document.text.length) };

function databricksMonitors(project: Project): readonly Monitor[] {
  return databricksResources(project)
    .filter(
      ({ type, key, node }) =>
        type === 'quality_monitors' || (type === 'jobs' && namesMonitor(`${key} ${text(get(node, 'name')) ?? ''}`)),
    )
    .map((monitor) => ({
      by: 'databricks' as const,
      monitor,
      name: text(get(monitor.node, 'table_name')) ?? monitor.key,
      document: monitor.document,
      span: monitor.entry.keySpan,
    }));
}

function workloadMonitors(project: Project): readonly Monitor[] {
  return kubernetesWorkloads(project)
    .filter(
      ({ name, containers }) =>
        namesMonitor(name?.text ?? '') ||
        containers.some(({ image, words }) =>
          tokensOf(`${image?.text ?? ''} ${words.map((word) => text(word) ?? '').join(' ')}`.slice(0, 2000)).some(
            (token) => TOOL.has(token),
          ),
        ),
    )
    .map((monitor) => ({
      by: 'kubernetes' as const,
      monitor,
      name: monitor.name?.text ?? '',
      document: monitor.document,
      span: nameSpan(monitor.document, monitor.node, monitor.name?.node),
    }));
}

/** The first call of a file stands for all of one tool in it. */
function codeMonitors(project: Project): readonly Monitor[] {
  const seen = new Set<string>();
  return pythonMonitors(project).flatMap((monitor) => {
    const key = `${monitor.document.path}\0${monitor.scheduled ? monitor.node.start : monitor.tool}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      {
        by: 'python' as const,
        monitor,
        name: monitor.name ?? monitor.tool,
        document: monitor.document,
        span: monitor.place,
      },
    ];
  });
}

/** Every monitor that the repository describes, in configuration or code. */
export const monitors: (project: Project) => readonly Monitor[] = fact((project) => [
  ...azureMonitors(project).map((monitor) => ({
    by: 'azure' as const,
    monitor,
    name: monitor.name?.text ?? 'monitor',
    document: monitor.document,
    span: nameSpan(monitor.document, monitor.node, monitor.name?.node),
  })),
  ...sagemakerMonitors(project).map((monitor) => ({
    by: 'sagemaker' as const,
    monitor,
    name: monitor.id,
    document: monitor.document,
    span: monitor.entry.keySpan,
  })),
  ...databricksMonitors(project),
  ...terraformResources(project, TERRAFORM).map((monitor) => ({
    by: 'terraform' as const,
    monitor,
    name: monitor.address,
    document: monitor.document,
    span: entryOf(monitor.node)?.keySpan ?? monitor.node.span,
  })),
  ...nannymlConfigs(project).map((monitor) => ({
    by: 'nannyml' as const,
    monitor,
    name: 'nannyml',
    document: monitor.document,
    span: entryOf(monitor.reference ?? monitor.node)?.keySpan ?? monitor.node.span,
  })),
  ...alibiDetectors(project).map((monitor) => ({
    by: 'alibi' as const,
    monitor,
    name: monitor.name?.text ?? 'detector',
    document: monitor.document,
    span: nameSpan(monitor.document, monitor.node, monitor.name?.node),
  })),
  ...workloadMonitors(project),
  ...codeMonitors(project),
  ...writtenConstructs(project)
    .filter(({ kind }) => kind === 'monitor')
    .map((monitor) => ({
      by: 'construct' as const,
      monitor,
      name: monitor.name,
      document: monitor.document,
      span: monitor.span,
    })),
]);
