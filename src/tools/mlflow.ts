import type { NotEvaluated } from '../core/finding.ts';
import type { Severity } from '../core/scale.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { ToolObservation } from '../core/tool.ts';
import {
  aliasOf,
  type Lookup,
  modelFileOf,
  type RegistryAddress,
  type RegistryVersion,
  versionOf,
  versionsOf,
} from './mlflow-client.ts';
import { type ModelUse, modelUses } from './model-uses.ts';

/** What the registry says about the models that a change names. */
export interface RegistryAnswer {
  readonly observations: readonly ToolObservation[];
  /** What the registry could not tell; never read as a pass. */
  readonly notEvaluated: readonly Omit<NotEvaluated, 'outcome'>[];
  /** `not-run` when the registry answered nothing: that degrades no participant. */
  readonly status: 'ok' | 'not-run';
  /** For the table of tools: what was asked and which versions a rollback would reach. */
  readonly note: string;
}

/** More models than this in one change are not asked for, and that is said. */
const MOST = 20;

const PASSED = /^(passed|pass|approved|succeeded|success|ok|true|validated)$/i;
const VALIDATION = /^(validation|validation[_.-]?(status|result)|validated|validation_state|model_validation_status)$/i;

const nameOf = ({ uri: { name, reference } }: ModelUse): string => {
  if (reference.kind === 'version') return `models:/${name}/${reference.version}`;
  if (reference.kind === 'alias') return `models:/${name}@${reference.alias}`;
  return `models:/${name}/${reference.kind === 'stage' ? reference.stage : 'latest'}`;
};

const byNumber = (a: RegistryVersion, b: RegistryVersion): number => Number(b.version) - Number(a.version);

/** The version that a use means now. */
function meant(
  { uri: { name, reference } }: ModelUse,
  address: RegistryAddress,
  all: Lookup<readonly RegistryVersion[]>,
): Promise<Lookup<RegistryVersion>> {
  if (reference.kind === 'version') return versionOf(address, name, reference.version);
  if (reference.kind === 'alias') return aliasOf(address, name, reference.alias);
  if (all.kind !== 'found') return Promise.resolve(all);
  const stage = reference.kind === 'stage' ? reference.stage.toLowerCase() : undefined;
  const [newest] = all.value
    .filter(({ current_stage: at }) => stage === undefined || at?.toLowerCase() === stage)
    .toSorted(byNumber);
  return Promise.resolve(newest === undefined ? { kind: 'missing' } : { kind: 'found', value: newest });
}

interface Statement {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly sameAs?: readonly string[];
}

const observation = ({ path, line, startColumn, endColumn }: ModelUse, said: Statement): ToolObservation => ({
  tool: 'mlflow',
  path,
  startLine: line,
  endLine: line,
  startColumn,
  endColumn,
  confidence: 'high',
  persona: 'ml-engineer',
  concern: 'model-versioning',
  stage: 'deployment',
  docs: 'https://mlflow.org/docs/latest/ml/model-registry/',
  sameAs: [],
  ...said,
});

/** Tags of the version that speak of validation and do not say that it passed. */
function unvalidated(use: ModelUse, { version, tags = [] }: RegistryVersion): readonly Statement[] {
  const tag = tags.find(({ key, value }) => VALIDATION.test(key) && !PASSED.test(value ?? ''));
  if (tag === undefined) return [];
  const message = `\`${nameOf(use)}\` is version ${version}, whose tag \`${tag.key}\` says \`${(tag.value ?? '').slice(0, 60)}\``;
  return [
    {
      rule: 'version-not-validated',
      severity: 'high',
      title: 'Model version that has not passed its validation',
      message,
    },
  ];
}

function unsigned(use: ModelUse, { version }: RegistryVersion, file: Lookup<string>): readonly Statement[] {
  if (file.kind !== 'found' || /^signature:\s*\S?/m.test(file.value)) return [];
  const message = `\`${nameOf(use)}\` is version ${version}, which was logged without a signature`;
  const sameAs = ['mlflow-model-no-signature'];
  return [
    {
      rule: 'version-without-signature',
      severity: 'medium',
      title: 'Model version without a signature',
      message,
      sameAs,
    },
  ];
}

/** The newest version before this one that is ready to be served. */
const before = ({ version }: RegistryVersion, all: readonly RegistryVersion[]): RegistryVersion | undefined =>
  all
    .filter((each) => Number(each.version) < Number(version) && (each.status ?? 'READY') === 'READY')
    .toSorted(byNumber)[0];

interface Told {
  readonly observations: readonly ToolObservation[];
  readonly unanswered: readonly string[];
  readonly notes: readonly string[];
}

async function tell(use: ModelUse, address: RegistryAddress): Promise<Told> {
  const all = await versionsOf(address, use.uri.name);
  const found = await meant(use, address, all);
  if (found.kind === 'unanswered') return { observations: [], unanswered: [`the registry ${found.why}`], notes: [] };
  if (found.kind === 'missing') {
    const message = `\`${nameOf(use)}\` does not exist in the registry`;
    const said = {
      rule: 'version-missing',
      severity: 'high',
      title: 'Model that the registry does not have',
      message,
    } as const;
    return { observations: [observation(use, said)], unanswered: [], notes: [] };
  }
  const file = await modelFileOf(address, found.value);
  const previous = all.kind === 'found' ? before(found.value, all.value) : undefined;
  const alone: readonly Statement[] =
    all.kind === 'found' && previous === undefined
      ? [
          {
            rule: 'no-earlier-version',
            severity: 'low',
            title: 'No version to roll back to',
            message: `\`${nameOf(use)}\` is version ${found.value.version}, and no earlier one is ready`,
          },
        ]
      : [];
  const said = [...unvalidated(use, found.value), ...unsigned(use, found.value, file), ...alone];
  return {
    observations: said.map((each) => observation(use, each)),
    unanswered: [
      ...(file.kind === 'found' ? [] : ['the signature could not be read']),
      ...(all.kind === 'found' ? [] : ['which version a rollback reaches is not known']),
    ],
    notes:
      previous === undefined
        ? []
        : [`${nameOf(use)} is version ${found.value.version}, a rollback reaches ${previous.version}`],
  };
}

/** Asks the operator's registry about every model that the changed files name. Reads only; never throws for what the registry does. */
export async function askRegistry(address: RegistryAddress, snapshot: PullRequestSnapshot): Promise<RegistryAnswer> {
  const uses = modelUses(snapshot);
  const told = await Promise.all(uses.slice(0, MOST).map(async (use) => ({ use, ...(await tell(use, address)) })));
  const beyond = uses.slice(MOST).map((use) => ({
    path: use.path,
    reason: `\`${nameOf(use)}\`: more than ${MOST} models in one change are not asked for`,
  }));
  const notEvaluated = [
    ...told.flatMap(({ use, unanswered }) =>
      unanswered.map((why) => ({ path: use.path, reason: `\`${nameOf(use)}\`: ${why}` })),
    ),
    ...beyond,
  ];
  const notes = [...new Set(told.flatMap(({ notes }) => notes))];
  const down =
    told.length > 0 &&
    told.every(
      ({ unanswered, observations, notes }) => unanswered.length > 0 && observations.length + notes.length === 0,
    );
  const asked =
    uses.length === 0 ? 'the change names no model of the registry' : `asked about ${Math.min(uses.length, MOST)}`;
  return {
    observations: told.flatMap(({ observations }) => observations),
    notEvaluated,
    status: down ? 'not-run' : 'ok',
    note: down
      ? 'the registry did not answer; what it would have said is not evaluated'
      : [asked, ...notes.slice(0, 3)].join('; '),
  };
}
