import { fact } from '../../core/fact.ts';
import { repoPath } from '../../core/location.ts';
import { get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { llmServers } from '../formats/llm.ts';
import { environmentOf, isTemplatePath, pathClassOf, tokensOf } from '../paths.ts';
import type { MapNode, SystemMap } from './map.ts';
import { type Monitor, monitors } from './monitors.ts';
import { monitorOf } from './wired.ts';

/** A model that the repository puts into service, once however many places serve it. */
export interface ServedModel {
  /** The model's name, or that of the endpoint where no model is named. */
  readonly name: string;
  /** Where it is served, first place first. */
  readonly places: readonly [MapNode, ...MapNode[]];
}

/** Language models come from others and drift by other measures. */
const languageServers = fact(
  (project: Project): ReadonlySet<string> =>
    new Set(llmServers(project).map(({ document, name }) => `${document.path}\0${name ?? ''}`)),
);

function isServing(map: SystemMap, node: MapNode): boolean {
  if (
    pathClassOf(node.path) !== 'production' ||
    isTemplatePath(node.path) ||
    environmentOf(node.environment) === 'development'
  )
    return false;
  if (languageServers(map.project).has(`${node.path}\0${node.name}`)) return false;
  return node.kind === 'endpoint' || map.from(node, 'deploys').length > 0;
}

function modelOf(map: SystemMap, node: MapNode): MapNode {
  const behind = [node, ...map.into(node, 'serves').flatMap(({ from }) => map.node(from) ?? [])];
  const target = behind.flatMap((each) => map.from(each, 'deploys'))[0]?.to;
  const model = target === undefined ? undefined : map.node(target);
  if (model === undefined) return map.from(node, 'serves').flatMap(({ to }) => map.node(to) ?? [])[0] ?? node;
  return model.kind === 'model-version'
    ? (map.into(model, 'includes').flatMap(({ from }) => map.node(from) ?? [])[0] ?? model)
    : model;
}

/** Every model in service outside of examples, tests and development. */
export const servedModels: (map: SystemMap) => readonly ServedModel[] = fact((map) => {
  const found = new Map<string, MapNode[]>();
  for (const node of map.of('deployment', 'endpoint').filter((each) => isServing(map, each))) {
    const model = modelOf(map, node);
    found.set(model.id, [...(found.get(model.id) ?? []), node]);
  }
  return [...found].flatMap(([id, places]) => {
    const [first, ...rest] = [...places].sort(
      (a, b) => Number(b.kind === 'deployment') - Number(a.kind === 'deployment'),
    );
    return first === undefined ? [] : [{ name: map.node(id)?.name ?? id, places: [first, ...rest] as const }];
  });
});

/** The monitors that may watch a model: those that say so, and those that do not say what they watch. */
export function monitorsOfModel(map: SystemMap, { places }: ServedModel): readonly Monitor[] {
  const own = new Set(places.map(({ id }) => id));
  const targets = new Map<Monitor, readonly string[]>();
  for (const node of map.of('monitor')) {
    const monitor = monitorOf(map, node);
    if (monitor !== undefined)
      targets.set(
        monitor,
        map
          .from(node, 'monitors')
          .map(({ to }) => to)
          .filter((id) => !id.startsWith('dataset')),
      );
  }
  return monitors(map.project).filter((monitor) => {
    if (pathClassOf(monitor.document.path) === 'test') return false;
    const said = targets.get(monitor) ?? [];
    return said.length === 0 || said.some((id) => own.has(id));
  });
}

/** Files by which a program is built that may act on resources of its own. */
const PROGRAM = /(^|\/)(go\.mod|Cargo\.toml|build\.gradle(\.kts)?|pom\.xml)$/;

/** An operator or a serving runtime: it defines resources and holds the program that acts on them; its models are of others. */
export const isRuntime: (project: Project) => boolean = fact(
  (project) =>
    (project.paths.some((path) => PROGRAM.test(path)) || project.documents('python', ['kopf']).length > 0) &&
    project.paths.some((path) => {
      const content = /\.(ya?ml|tpl)$/.test(path) && pathClassOf(path) !== 'test' ? project.content(path) : undefined;
      return content?.kind === 'text' && /^kind: CustomResourceDefinition\b/m.test(content.text);
    }),
);

/** What the configuration of a repository declares about itself: `monitoring: external`. Ask the side before the change. */
export function declaration(project: Project, name: 'monitoring' | 'slo'): string | undefined {
  const document = project.document(repoPath('.github/ml-review.yml'));
  return document?.kind === 'yaml' ? literal(get(document.roots[0], 'declare', name)) : undefined;
}

/** Words by which code speaks of a monitor that has no reader of its own here. */
const VOCABULARY =
  /\b(ModelMonitor|model_monitor|data_drift|drift_detect|detect_drift|DriftDetect|prediction_drift|skew_detection|calculate_psi|population_stability|InferenceMonitor|quality_monitor|lakehouse_monitor|whylabs|(?:import|from) (?:arize|fiddler|aporia|superwise))/;

/** A file of code or configuration that speaks of drift monitoring in words that no reader understands. */
export const speaksOfMonitoring: (project: Project) => string | undefined = fact((project) =>
  project.paths.find((path) => {
    if (!/\.(py|ya?ml|tf|sh|sql)$/.test(path) || pathClassOf(path) === 'test' || pathClassOf(path) === 'docs')
      return false;
    const content = project.content(path);
    return content?.kind === 'text' && VOCABULARY.test(content.text);
  }),
);

/** Code beside the serving code that calls itself a monitor: what it looks at cannot be told, so nothing is concluded. */
export function isWatchedBeside(map: SystemMap, { places }: ServedModel): boolean {
  const around = new Set(places.map(({ path }) => path.split('/').slice(0, 2).join('/')));
  return map.project.paths.some((path) => {
    if (!path.endsWith('.py') || pathClassOf(path) === 'test') return false;
    const tokens = tokensOf(path.split('/').slice(-2).join('/'));
    return (
      tokens.includes('drift') ||
      (tokens.some((token) => /^monitor(s|ing)?$/.test(token)) && around.has(path.split('/').slice(0, 2).join('/')))
    );
  });
}
