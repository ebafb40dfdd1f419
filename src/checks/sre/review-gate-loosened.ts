import type { RepoPath } from '../../core/location.ts';
import type { DataDocument } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { loosenings } from '../../facts/review-gate.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const CONFIGURATION = '.github/ml-review.yml' as RepoPath;

function configurationIn(project: Project): DataDocument | undefined {
  const document = project.document(CONFIGURATION);
  return document?.kind === 'yaml' ? document : undefined;
}

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Review gate lets more through than before',
  why: `
    The configuration of this review decides what is read, what counts and what may be merged. Once the change is merged, later ones
    pass that would have been stopped, and nobody is told at that moment.
  `,
  fix: 'Let somebody who owns the gate approve the change, and prefer a waiver with a reason and a last day to a laxer gate.',
  references: [
    'https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners',
  ],
  examples: [
    bad({
      '.github/ml-review.yml': changed(
        'version: 1\ngate: { fail-on: high, on-error: fail }\nchecks: { sec-torch-load: { mode: block } }\n',
        'version: 1\ngate: { fail-on: «never», on-error: «neutral» }\nchecks: { sec-torch-load: { mode: «monitor» }, sec-eval-exec: «off» }\n',
      ),
    }),
    bad({
      '.github/ml-review.yml':
        'version: 1\npaths: { ignore: [«"src/**"», "lib/**"] }\npanel: { participants: «[sre]» }\n',
    }),
    bad({
      '.github/ml-review.yml': changed('version: 1\ngate: { fail-on: «low», require-label: «true» }\n', 'version: 1\n'),
    }),
    good({
      '.github/ml-review.yml': changed(
        'version: 1\ngate: { fail-on: high }\nwaivers: [{ check: a, path: b, reason: c, owner: d, expires: 2027-01-01 }]\n',
        'version: 1\n# stricter\ngate: { fail-on: medium, require-label: true }\nreview: { max-comments: 5 }\nchecks: { sec-torch-load: { mode: block } }\n',
      ),
    }),
    good({ 'other.yml': changed('gate: { fail-on: high }\n', 'gate: { fail-on: never }\n') }),
  ],
  spans: 'project',
  *inspect(after, before) {
    if (!after.changed.has(CONFIGURATION) && !before.changed.has(CONFIGURATION)) return;
    const sides = { base: configurationIn(before), head: configurationIn(after) };
    for (const { side, span, message, before: was } of loosenings(sides)) {
      const document = sides[side];
      if (document === undefined) continue;
      const evidence =
        was === undefined || sides.base === undefined ? [] : [seen(sides.base, was.span, `\`${was.value}\` so far`)];
      yield at(document, span, message, { side, evidence });
    }
  },
});
