import type { Finding } from '../core/finding.ts';
import type { Assessment, Conflict, Incident, Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Project } from '../documents/project.ts';
import { isLower, levelOf, type Situation, unknownShare, wouldRaise } from './confidence.ts';
import { constraintsOf } from './constraints.ts';
import { lifecycleOf } from './lifecycle.ts';
import { scopeOf } from './scope.ts';
import { scoreOf } from './score.ts';

export interface Case {
  readonly before: Project;
  readonly after: Project;
  readonly findings: readonly Finding[];
  readonly incidents: readonly Incident[];
  readonly notEvaluated: Report['notEvaluated'];
  readonly settings: Settings;
  readonly conflicts: readonly Conflict[];
}

function situationOf(
  project: Project,
  findings: readonly Finding[],
  { incidents, notEvaluated, settings }: Case,
): Situation {
  const scope = scopeOf(project);
  const unknown = unknownShare(project.paths.length, incidents, notEvaluated);
  return { ...scoreOf(project, scope, findings), scope, findings, unknown, settings };
}

/** Lifecycle, the four constraints and readiness, before and after the change. */
export function assess(input: Case): Assessment {
  const { before, after, findings } = input;
  const now = situationOf(after, findings, input);
  const { level, why } = levelOf(now);
  const known =
    before.tree.size === 0
      ? undefined
      : levelOf(
          situationOf(
            before,
            findings.filter(({ introduced }) => !introduced),
            input,
          ),
        );
  const moved = known !== undefined && isLower(level, known.level) ? `${known.level} → ${level}, because ${why}` : why;
  return {
    lifecycle: lifecycleOf(after, findings, now.tests),
    constraints: constraintsOf(now.tests),
    conflicts: input.conflicts,
    readiness: {
      confidence: level,
      why: moved,
      score: now.score,
      coverage: now.coverage,
      tests: now.tests,
      wouldRaise: level === 'high' ? [] : wouldRaise(now),
      ...(known === undefined ? {} : { before: known.level }),
    },
  };
}
