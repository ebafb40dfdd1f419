import type { RepoPath, Span } from '../../core/location.ts';
import { entryOf } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments } from '../formats/azure.ts';
import { numberAt } from '../formats/field.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { tritonModels } from '../formats/servers.ts';
import { pathClassOf } from '../paths.ts';
import { serverEngine } from './model-servers.ts';

/** Numbered folders of a model repository by model, with a file of each. */
function versions(project: Project): ReadonlyMap<string, ReadonlyMap<string, RepoPath>> {
  const models = new Set(tritonModels(project).map(({ document: { path } }) => path.slice(0, path.lastIndexOf('/'))));
  const found = new Map<string, Map<string, RepoPath>>();
  for (const path of project.paths) {
    const [, model, version] = /^(.+)\/(\d{1,9})\/[^/]+(?:\/[^/]+)?$/.exec(path) ?? [];
    if (model === undefined || version === undefined || !models.has(model) || pathClassOf(path) === 'test') continue;
    const known = found.get(model) ?? new Map<string, RepoPath>();
    if (!known.has(version)) known.set(version, path);
    found.set(model, known);
  }
  return found;
}

/** What the same change replaces: the newest version before, gone beside one that is new. */
/** Versions of model repositories that a change replaces without leaving any other. */
export function* replacedFolders(
  after: Project,
  before: Project,
): Generator<{ readonly path: RepoPath; readonly says: string }> {
  const now = versions(after);
  for (const [model, thens] of versions(before)) {
    const left = now.get(model);
    if (left === undefined) continue;
    const added = [...left.keys()].find((version) => !thens.has(version));
    const newest = [...thens.keys()].sort((a, b) => Number(b) - Number(a))[0];
    const path = newest === undefined || left.has(newest) ? undefined : thens.get(newest);
    const others = [...left.keys()].some((version) => version !== added);
    if (path !== undefined && added !== undefined && !others)
      yield {
        path,
        says: `version ${newest} of \`${model.split('/').at(-1)}\` is deleted together with the arrival of version ${added}`,
      };
  }
}

/** Deployments that a change replaces without leaving any other of their endpoint. */
export function* replacedDeployments(
  after: Project,
  before: Project,
): Generator<{ readonly document: DocumentBase; readonly span: Span; readonly says: string }> {
  const online = (project: Project) =>
    azureDeployments(project).filter(
      (each) => each.online && each.endpoint?.value !== undefined && each.name?.value !== undefined,
    );
  const key = ({ endpoint, name }: ReturnType<typeof online>[number]): string =>
    `${endpoint?.value ?? ''}/${name?.value ?? ''}`;
  const [thens, nows] = [online(before), online(after)];
  const [known, left] = [new Set(thens.map(key)), new Set(nows.map(key))];
  for (const then of thens) {
    const siblings = nows.filter(({ endpoint }) => endpoint?.value === then.endpoint?.value);
    const arrives = siblings.some((each) => !known.has(key(each)));
    if (left.has(key(then)) || !arrives || siblings.some((each) => known.has(key(each)))) continue;
    yield {
      document: then.document,
      span: then.name?.node.span ?? then.node.span,
      says: `deployment \`${key(then)}\` is deleted in the change that brings its successor`,
    };
  }
}

/** A setting of how many versions stay at hand. */
export interface Kept {
  readonly key: string;
  readonly count: number;
  readonly setting: string;
  readonly document: DocumentBase;
  readonly span: Span;
}

/** How many earlier versions stay at hand. */
export function keptVersions(project: Project): readonly Kept[] {
  const triton = tritonModels(project).flatMap(({ document, versionPolicy, name }): readonly Kept[] => {
    const field = numberAt(versionPolicy, 'latest', 'num_versions');
    return field?.value === undefined
      ? []
      : [
          {
            key: `triton/${document.path}`,
            count: field.value,
            setting: `num_versions of ${name?.text ?? 'the model'}`,
            document,
            span: field.node.span,
          },
        ];
  });
  const workloads = kubernetesWorkloads(project).flatMap(
    ({ document, name, spec, containers, kind }): readonly Kept[] => {
      const field = numberAt(spec, 'revisionHistoryLimit');
      if (
        field?.value === undefined ||
        kind !== 'Deployment' ||
        !containers.some((each) => serverEngine(each) !== undefined) ||
        entryOf(field.node) === undefined
      )
        return [];
      return [
        {
          key: `kubernetes/${document.path}/${name?.text ?? ''}`,
          count: field.value + 1,
          setting: `revisionHistoryLimit of ${name?.text ?? kind}`,
          document,
          span: field.node.span,
        },
      ];
    },
  );
  return [...triton, ...workloads];
}
