import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { bare, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { dvcPipelines } from '../formats/dvc.ts';
import { type Call, callAt, calls } from '../python/calls.ts';
import { classOfMethod } from '../python/classes.ts';
import { stringOf } from '../python/constants.ts';
import { originsOf } from '../python/flow.ts';
import { reachingBindings } from '../python/reaching.ts';
import { enclosingFunction } from '../python/structure.ts';

/**
 * Where the repository itself writes what is unpickled: to the very same place in this file, by a method of the same class
 * that is handed a path as well, or in an earlier stage of its pipeline.
 */
export type OwnMaking = 'same-place' | 'same-class' | 'pipeline';

const DUMPS = /^((pickle|cPickle|_pickle|dill|cloudpickle|joblib|sklearn\.externals\.joblib)\.dump|numpy\.save)$/;
const DUMPS_BYTES = /^((pickle|cPickle|_pickle|dill|cloudpickle|marshal)\.dumps|jsonpickle\.(encode|dumps))$/;
const OPENS = /^(builtins|io|gzip|bz2|lzma|codecs|fsspec|smart_open)\.open$/;
const MOST_STEPS = 6;
/** Dumps of one file that a load is compared with. */
const MOST_DUMPS = 200;

/** What a call opens: the argument of `open(path)`, the receiver of `path.open()`. */
function opened(document: PythonDocument, node: PyNode): PyNode | undefined {
  const call = callAt(document, node);
  if (call === undefined) return undefined;
  if (call.names.some((name) => OPENS.test(name))) return call.args[0] ?? call.keywords.get('file');
  if (call.method !== 'open' && call.method !== 'read_bytes') return undefined;
  const [first] = call.args;
  return first === undefined || /^[rwabtx+]*$/.test(stringOf(document, first) ?? '?') ? call.receiver : first;
}

/** The path behind a handle, an opened file or what is read from it; the expression itself where there is none. */
function pathOf(document: PythonDocument, node: PyNode): PyNode {
  let at = bare(node);
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const [only, other] = at.type === 'identifier' ? reachingBindings(document, at) : [];
    const held = other === undefined && only?.path.length === 0 ? only.value : undefined;
    const next = opened(document, at) ?? (held && opened(document, bare(held)));
    if (next === undefined) return at;
    at = bare(next);
  }
  return at;
}

/** Where the file dumps to. */
const dumpPaths: (document: PythonDocument) => readonly PyNode[] = fact((document) =>
  calls(document)
    .flatMap((call) => {
      const isFrame = call.method === 'to_pickle';
      if (!isFrame && !call.names.some((name) => DUMPS.test(name))) return [];
      const target =
        isFrame || call.name === 'numpy.save'
          ? call.args[0]
          : (call.args[1] ?? call.keywords.get('file') ?? call.keywords.get('filename'));
      return target === undefined ? [] : [pathOf(document, target)];
    })
    .slice(0, MOST_DUMPS),
);

/** Calls that pickle into bytes. */
const byteDumps: (document: PythonDocument) => readonly PyNode[] = fact((document) =>
  calls(document)
    .filter(({ names }) => names.some((name) => DUMPS_BYTES.test(name)))
    .map(({ node }) => node)
    .slice(0, MOST_DUMPS),
);

const isParameter = (document: PythonDocument, node: PyNode): boolean =>
  node.type === 'identifier' && reachingBindings(document, node).some(({ kind }) => kind === 'parameter');

function nearness(document: PythonDocument, load: PyNode, dump: PyNode): OwnMaking | undefined {
  if (textOf(document, load) !== textOf(document, dump)) return undefined;
  const here = enclosingFunction(load);
  const there = enclosingFunction(dump);
  if (here === there || !isParameter(document, load)) return 'same-place';
  const owner = here && classOfMethod(here);
  return owner !== undefined && there !== undefined && classOfMethod(there) === owner ? 'same-class' : undefined;
}

/** Bytes that the function pickled itself. */
function isRoundTrip(document: PythonDocument, load: Call, input: PyNode): boolean {
  const origins = originsOf(document, input);
  const here = enclosingFunction(load.node);
  return byteDumps(document).some(
    (node) =>
      origins.has(node) || (here !== undefined && /loads$/.test(load.name ?? '') && enclosingFunction(node) === here),
  );
}

/** File names with the ending of a pickle that the value may hold, defaults of parameters included. */
function fileNames(document: PythonDocument, path: PyNode): readonly string[] {
  return [...originsOf(document, path)].flatMap((origin) => {
    const texts =
      origin.type === 'identifier'
        ? reachingBindings(document, origin).flatMap(({ kind, value }) =>
            kind === 'parameter' && value ? [value] : [],
          )
        : [origin];
    return texts.flatMap((text) => {
      if (text.type !== 'string') return [];
      const name = /([\w.-]+\.(?:pkl|pickle|joblib|dill|sav|npy))["']+$/.exec(textOf(document, text))?.[1];
      return name ?? [];
    });
  });
}

/** Names of the files that the project dumps. */
const dumpedNames: (project: Project) => ReadonlySet<string> = fact(
  (project) =>
    new Set(
      project
        .documents('python', ['.dump(', 'to_pickle', 'np.save'])
        .flatMap((document) => dumpPaths(document).flatMap((path) => fileNames(document, path))),
    ),
);

const FETCHES =
  /^(urlretrieve|urlopen|snapshot_download|hf_hub_download|get_object|blob_client|download\w*|get_file|use_artifact)$/;

/** The file brings something from elsewhere, whatever its name here. */
const fetches: (document: PythonDocument) => boolean = fact((document) =>
  calls(document).some(({ method, name }) => FETCHES.test(method ?? name?.replace(/^.*\./, '') ?? '')),
);

/** Files that run in a stage of a DVC pipeline which reads what another stage writes. */
const laterStages: (project: Project) => ReadonlySet<string> = fact((project) => {
  const stages = dvcPipelines(project).flatMap((pipeline) => pipeline.stages);
  const outs = new Set(stages.flatMap((stage) => stage.outs.flatMap(({ path }) => path ?? [])));
  return new Set(
    stages
      .map(({ deps }) => deps.flatMap(({ path }) => path ?? []))
      .filter((deps) => deps.some((path) => outs.has(path)))
      .flat(),
  );
});

/** Inputs of a SageMaker processing job are mounted there by the pipeline. */
const isProcessingJob = (document: PythonDocument): boolean => document.text.includes('/opt/ml/processing/');

/** How the project made what `load` reads from `input`, as far as the files show it. */
export function ownMaking(
  document: PythonDocument,
  project: Project,
  load: Call,
  input: PyNode,
): OwnMaking | undefined {
  if (isRoundTrip(document, load, input)) return 'same-place';
  const path = pathOf(document, input);
  const near = dumpPaths(document).flatMap((dump) => nearness(document, path, dump) ?? []);
  const nearest = near.find((each) => each === 'same-place') ?? near[0];
  if (nearest !== undefined) return nearest;
  if (!fetches(document) && fileNames(document, path).some((name) => dumpedNames(project).has(name))) return 'pipeline';
  return laterStages(project).has(document.path) || isProcessingJob(document) ? 'pipeline' : undefined;
}
