import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { child } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type ColumnReference, columnReferences } from '../features/references.ts';
import { tokensOf } from '../paths.ts';
import { stringOf } from '../python/constants.ts';
import { elementsOf } from '../python/literals.ts';

const ALWAYS = new Set(
  'sex gender ethnicity ethnic religion religious disability disabled nationality citizenship pregnancy pregnant'.split(
    ' ',
  ),
);
const PERSON = new Set(
  'age race customer user patient person applicant client borrower employee member head spouse respondent subject group band bucket bin range years ethnicity code encoded scaled norm log is self reported'.split(
    ' ',
  ),
);
const PHRASES =
  / (marital status|sexual orientation|national origin|native country|country of birth|skin (color|colour|tone)|political (opinion|affiliation)|trade union) /;

/** True for the name of a column that tells a protected attribute of a person; whole words: not `page`, `race_id`, `account_age`. */
export function isProtected(column: string): boolean {
  const tokens = tokensOf(column);
  if (tokens.some((token) => ALWAYS.has(token)) || PHRASES.test(` ${tokens.join(' ')} `)) return true;
  return (tokens.includes('age') || tokens.includes('race')) && tokens.every((token) => PERSON.has(token));
}

const LISTS =
  /^((model|input|train|training|numeric|numerical|categorical|selected)_)?(features|feature_columns|feature_names|feature_cols|feature_list|columns|cols)$/i;

/** `FEATURES = ["age", "income"]`. */
function pythonLists(document: PythonDocument): readonly ColumnReference[] {
  return nodesOf(document, 'assignment').flatMap((node) => {
    const target = child(node, 'left');
    const right = child(node, 'right');
    const name = target?.type === 'identifier' ? textOf(document, target) : '';
    if (right === undefined || !LISTS.test(name) || /^(columns|cols)$/i.test(name)) return [];
    return (elementsOf(document, right) ?? []).flatMap((element) => {
      const column = stringOf(document, element);
      return column === undefined ? [] : [{ column, table: undefined, by: `\`${name}\``, document, span: element }];
    });
  });
}

/** Places where a protected attribute of people is an input of a model. Targets, slices and exclusions are none. */
export const protectedInputs: (project: Project) => readonly ColumnReference[] = fact((project) =>
  [
    ...columnReferences(project),
    ...project
      .documents('python', ['features', 'FEATURES', 'feature_', 'FEATURE_', '_columns', '_cols'])
      .flatMap(pythonLists),
  ].filter(({ column, by }) => isProtected(column) && !/target|label/.test(by)),
);

const EVALUATES =
  /fairlearn|aif360|ModelBias|clarify|responsibleai|raiwidgets|rai_insights|slicing_exprs|SlicingSpec|slicing_specs|fairness|MetricFrame|demographic_parity|equalized_odds|disparate_impact|themis|aequitas/i;

/** True when some file evaluates models for groups of people, or says how they must be. */
export const evaluatesGroups: (project: Project) => boolean = fact((project) =>
  project.paths.some((path) => {
    if (EVALUATES.test(path)) return true;
    const content = /\.(py|ipynb|ya?ml|json|toml|tf|txt|cfg)$/.test(path) ? project.content(path) : undefined;
    return content?.kind === 'text' && EVALUATES.test(content.text);
  }),
);
