import type { CheckId, Observation } from '../core/finding.ts';
import { bad, defineCheck, good, type Listed } from '../kit/index.ts';
import { type AllowComment, allowComments } from './allow.ts';

const ID = 'void-allow-comment' as CheckId;

/** What keeps a comment from allowing anything; undefined where it is as it must be. */
function flawOf({ ids, reason }: AllowComment, known: ReadonlySet<string>): string | undefined {
  if (ids.length === 0) return 'the comment names no check, and so allows nothing';
  const strange = ids.filter((id) => !known.has(id)).map((id) => `\`${id}\``);
  if (strange.length > 0) return `no check is named ${strange.join(' or ')}, so nothing is allowed by it`;
  return reason === '' ? 'the comment gives no reason, and so allows nothing' : undefined;
}

function observed({ path, line, column, flagged }: AllowComment, message: string): Observation {
  const place = { path, startLine: line, endLine: line, startColumn: column, endColumn: column + flagged.length };
  return { outcome: 'observed', place, side: 'head', flagged, message, evidence: [] };
}

/**
 * The one check that knows the others: an allow comment that cannot allow anything is a finding itself, since its author
 * takes for settled what is not. `ids` are those of all other checks.
 */
export function voidAllow(ids: Iterable<string>): Listed {
  const known = new Set<string>([...ids, ID]);
  const check = defineCheck({
    evaluates: 'change-management-risk',
    stage: 'deployment',
    severity: 'medium',
    confidence: 'high',
    title: 'Allow comment that allows nothing',
    why: `
      An allow comment without a reason, or for a check that does not exist, changes nothing: what it was written for is still counted,
      and a reader takes it for looked at.
    `,
    fix: 'Write `ml-review: allow[check-id] reason` with an id from `ml-review checks`, or take the comment away.',
    references: ['https://eslint.org/docs/latest/use/configure/rules'],
    paths: { docs: 'skip' },
    examples: [
      bad({
        'train.py':
          'a = 1  # «ml-review: allow[void-allow-comment]»\nb = 2  # «ml-review: allow[some-typo]» fine\nc = 3  # «ml-review: allow[]» fine\n',
        'deploy.yml': '# «ml-review: allow[void-allow-comment, other-typo]» both at once\nreplicas: 1\n',
      }),
      good({
        'train.py': 'a = 1  # ml-review: allow[void-allow-comment] shown in a tutorial\n',
        'deploy.yml': '# see ml-review: it allows replicas\nreplicas: 1\n',
      }),
    ],
    spans: 'project',
    *inspect(project) {
      for (const path of project.changed) {
        const content = project.content(path);
        if (content?.kind !== 'text') continue;
        for (const comment of allowComments(path, content.text)) {
          const flaw = flawOf(comment, known);
          if (flaw !== undefined) yield observed(comment, flaw);
        }
      }
    },
  });
  return { id: ID, persona: 'sre', check };
}
