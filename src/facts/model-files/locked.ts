import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Document } from '../../documents/kinds.ts';
import { kindOfPath } from '../../documents/kinds.ts';

/** What a `dvc.lock` says about models that are not in the repository, one sentence without full stop; none for other files. */
export const lockedModels = fact((document: Document): readonly string[] => {
  if (!/(^|\/)dvc\.lock$/.test(document.path)) return [];
  const paths = [...document.text.matchAll(/^ {0,16}(?:- )?path: ?['"]?([^\n'"]{1,300})['"]?[ \t]*$/gm)].map(
    (match) => match[1] ?? '',
  );
  const models = [...new Set(paths.filter((path) => kindOfPath(path as RepoPath) === 'model-file'))];
  const [first] = models;
  if (first === undefined) return [];
  const more = models.length > 1 ? ` and ${models.length - 1} more` : '';
  return [`it pins \`${first.replaceAll('`', '')}\`${more} by a hash; the models themselves were not read`];
});
