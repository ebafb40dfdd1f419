import type { Finding } from '../core/finding.ts';
import type { Conflict } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Conversation } from '../core/snapshot.ts';
import type { Project } from '../documents/project.ts';
import type { Clash, ListedConflict } from '../kit/index.ts';

export interface Dispute {
  readonly findings: readonly Finding[];
  readonly project: Project;
  readonly conversation: Conversation | undefined;
  readonly settings: Settings;
}

const isSevere = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'high';

/** Both sides rest on findings that must be fixed: no rule decides that, a person does. */
function bothSevere({ first, second }: Clash, findings: readonly Finding[]): boolean {
  const severe = new Set(findings.filter(isSevere).map(({ path, startLine }) => `${path}:${startLine}`));
  const touches = (side: Clash['first']): boolean =>
    side.evidence.some(({ path, line }) => severe.has(`${path}:${line}`));
  return touches(first) && touches(second);
}

function conflictOf({ id, rule }: ListedConflict, clash: Clash, { findings, settings }: Dispute): Conflict {
  const [first, second] = rule.between;
  const decided = settings.decisions[id];
  const open =
    clash.escalate ??
    (bothSevere(clash, findings)
      ? { question: `${rule.title}: which side gives way here?`, options: [clash.first.says, clash.second.says] }
      : undefined);
  const owner = settings.declare.servingOwner;
  const escalate =
    open === undefined || owner === undefined
      ? open
      : { ...open, question: `${open.question} The configuration names \`${owner}\` as the owner of what is served.` };
  return {
    id,
    positions: [
      { persona: first, ...clash.first },
      { persona: second, ...clash.second },
    ],
    tradeOff: rule.tradeOff,
    resolution: rule.resolution,
    why: rule.why,
    // What a person has decided is cited and not asked again.
    ...(decided === undefined ? (escalate === undefined ? {} : { escalate }) : { decided }),
  };
}

/** The conflicts between participants whose both sides are seen in this change or its repository. */
export function conflictsOf(rules: readonly ListedConflict[], dispute: Dispute): readonly Conflict[] {
  const findings = dispute.findings.filter(({ allowed }) => allowed === undefined);
  return rules.flatMap((listed) => {
    const clash = listed.rule.clash({ findings, project: dispute.project, conversation: dispute.conversation });
    return clash === undefined ? [] : [conflictOf(listed, clash, dispute)];
  });
}
