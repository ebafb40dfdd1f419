import type { RepoPath } from '../../core/location.ts';
import { type DataDocument, each, get, literal } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Document } from '../../documents/kinds.ts';
import type { Project } from '../../documents/project.ts';
import { parseRequirement } from '../../documents/requirements.ts';
import { azureDeployments, azurePipelines } from '../formats/azure.ts';
import { databricksResources, databricksTasks } from '../formats/databricks.ts';
import { folderOf, within } from '../formats/dvc.ts';
import { mapsAt } from '../formats/field.ts';
import { modelEnvironments } from '../formats/model-environments.ts';
import { rootsOf } from '../formats/recognise.ts';
import { mlflowModels } from '../formats/training.ts';
import { rolesOf } from '../orchestration/roles.ts';
import { tokensOf } from '../paths.ts';
import { type Declared, declaredPackages } from './declared.ts';
import { declaredBy } from './requirement.ts';

/** The packages that one side of a model's life runs with. */
export interface Packages {
  readonly name: string;
  readonly packages: readonly { readonly declared: Declared; readonly document: DocumentBase }[];
}

/** Where one model is trained and where it is served, by the word of the files themselves. */
export interface Pair {
  readonly training: Packages;
  readonly serving: Packages;
  readonly because: string;
}

const of = (document: Document): Packages['packages'] =>
  declaredPackages(document)
    .filter(({ group, source }) => group === 'main' && source !== 'image')
    .map((declared) => ({ declared, document }));

function documentAt(project: Project, path: string | undefined): Document | undefined {
  // A path is known to be one when the tree has it.
  return path !== undefined && project.tree.has(path as RepoPath) ? project.document(path as RepoPath) : undefined;
}

/** A deployment on Azure that brings its own conda file for a model with an `MLmodel` beside it. */
function azure(project: Project): readonly Pair[] {
  return azureDeployments(project).flatMap(({ document, name, model, environment }): readonly Pair[] => {
    const folder = within(folderOf(document.path), literal(get(model, 'path')) ?? '');
    const file = literal(get(environment, 'conda_file'));
    const served = documentAt(project, file === undefined ? undefined : within(folderOf(document.path), file));
    const saved = mlflowModels(project).find(
      (each) =>
        folder !== undefined && folder !== '' && (each.folder === folder || each.folder.startsWith(`${folder}/`)),
    );
    if (served === undefined || saved === undefined) return [];
    const packages = modelEnvironments(project, saved.folder).flatMap((each) => of(each.document));
    return [
      {
        training: { name: saved.document.path, packages },
        serving: { name: name?.text ?? document.path, packages: of(served) },
        because: 'the deployment names both',
      },
    ];
  });
}

/** Registers a model of this name: `registered_model_name="churn"`. */
const registers = (name: string): RegExp =>
  new RegExp(
    `(registered_model_name|model_name|name)\\s*[=:]\\s*["']${name.replace(/[^\w-]/g, '\\$&')}["']|register_model\\([^)\\n]{0,200}["']${name.replace(/[^\w-]/g, '\\$&')}["']`,
  );

/** A step that trains and registers a model by name, and a deployment of that name; each brings its own conda file. */
function azureByName(project: Project): readonly Pair[] {
  const steps = azurePipelines(project).flatMap(({ document, jobs }) =>
    jobs.flatMap(({ name, entry }) => {
      const home = folderOf(document.path);
      const file = literal(get(entry.value, 'environment', 'conda_file'));
      const environment = documentAt(project, file === undefined ? undefined : within(home, file));
      const code = within(home, literal(get(entry.value, 'code')) ?? '');
      return environment === undefined || code === undefined || code === '' || !rolesOf(name).has('train')
        ? []
        : [{ name, environment, code }];
    }),
  );
  return azureDeployments(project).flatMap(({ document, name, model, environment }): readonly Pair[] => {
    const served = /^azureml:([\w-]+):/.exec(literal(model) ?? '')?.[1];
    const file = literal(get(environment, 'conda_file'));
    const own = documentAt(project, file === undefined ? undefined : within(folderOf(document.path), file));
    const step = steps.find(({ code }) =>
      project
        .documents('python', served === undefined ? [] : [served])
        .some(({ path, text }) => path.startsWith(`${code}/`) && registers(served ?? '').test(text)),
    );
    if (own === undefined || served === undefined || step === undefined) return [];
    return [
      {
        training: { name: step.name, packages: of(step.environment) },
        serving: { name: name?.text ?? document.path, packages: of(own) },
        because: `the step registers \`${served}\`, which the deployment names`,
      },
    ];
  });
}

/** Tasks of one job that install different libraries. */
function databricks(project: Project): readonly Pair[] {
  return databricksResources(project, 'jobs').flatMap((job) => {
    const sides = databricksTasks(job).map(({ node, key }) => ({
      name: key?.text ?? '',
      roles: rolesOf(key?.text ?? ''),
      packages: mapsAt(node, 'libraries').flatMap((library) => {
        const at = get(library, 'pypi', 'package');
        const requirement = parseRequirement(literal(at) ?? '', at?.span.start ?? 0);
        const declared = requirement === undefined ? undefined : declaredBy(requirement, 'requirement', 'main');
        return declared === undefined || at === undefined
          ? []
          : [{ declared: { ...declared, span: at.span }, document: job.document }];
      }),
    }));
    const scores = (name: string): boolean =>
      tokensOf(name).some((token) => /^(score|scoring|predict|inference|infer|serve|deploy)$/.test(token));
    return sides
      .filter(({ roles }) => roles.has('train'))
      .flatMap((training) =>
        sides
          .filter((side) => side !== training && !side.roles.has('train') && scores(side.name))
          .map((serving) => ({ training, serving, because: `job \`${job.key}\` runs both` })),
      );
  });
}

const SERVES = /^(serve|serving|server|api|app|inference|predict|predictor|scorer|backend)$/;
const TRAINS = /^(train|training|trainer|retrain)$/;

function volumesOf(service: ReturnType<typeof get>): readonly string[] {
  return each(get(service, 'volumes')).flatMap(
    (volume) => literal(volume)?.split(':')[0] ?? literal(get(volume, 'source')) ?? [],
  );
}

function built(project: Project, document: DataDocument, service: ReturnType<typeof get>): Packages['packages'] {
  const build = get(service, 'build');
  const context = within(folderOf(document.path), literal(build) ?? literal(get(build, 'context')) ?? '');
  if (build === undefined || context === undefined) return [];
  const join = (file: string): string => (context === '' ? file : `${context}/${file}`);
  return [join(literal(get(build, 'dockerfile')) ?? 'Dockerfile'), join('requirements.txt')].flatMap((path) => {
    const found = documentAt(project, path);
    return found === undefined ? [] : of(found);
  });
}

/** Services of one compose file that hand a model on through a volume. */
function compose(project: Project): readonly Pair[] {
  return rootsOf(project, 'compose').flatMap(({ document, root }) => {
    const services = get(root, 'services');
    const all = (services?.kind === 'map' ? services.entries : []).map(({ key, value }) => ({
      name: key,
      value,
      volumes: volumesOf(value),
    }));
    const trains = all.filter(({ name }) => tokensOf(name).some((token) => TRAINS.test(token)));
    const serves = all.filter(
      ({ name }) =>
        tokensOf(name).some((token) => SERVES.test(token)) && !tokensOf(name).some((token) => TRAINS.test(token)),
    );
    return trains.flatMap((one) =>
      serves
        .filter((other) => other.volumes.some((volume) => one.volumes.includes(volume)))
        .map((other) => ({
          training: { name: one.name, packages: built(project, document, one.value) },
          serving: { name: other.name, packages: built(project, document, other.value) },
          because: `both hold the volume \`${other.volumes.find((volume) => one.volumes.includes(volume)) ?? ''}\``,
        })),
    );
  });
}

/** Every pair of environments that files tie to one model. */
export const environmentPairs = (project: Project): readonly Pair[] => [
  ...azure(project),
  ...azureByName(project),
  ...databricks(project),
  ...compose(project),
];
