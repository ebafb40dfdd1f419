import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entries, get, items, literal, walkEntries } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { mlflowModels } from '../formats/training.ts';
import { isTemplatePath, pathClassOf, tokensOf } from '../paths.ts';
import { argument, callsTo } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';

/** A column of a model's input that names a person directly. */
export interface Identifier {
  readonly column: string;
  readonly document: DocumentBase;
  readonly span: Span;
}

const ALONE = new Set([
  'email',
  'e_mail',
  'phone',
  'ssn',
  'dob',
  'passport',
  'iban',
  'surname',
  'firstname',
  'lastname',
  'fullname',
  'birthdate',
  'birthday',
]);
const PAIRS =
  / (email address|phone number|mobile number|social security|first name|last name|full name|customer name|patient name|user name|date of birth|birth date|home address|street address|postal address|ip address|credit card|card number|national id|tax id) /;
/** What was made of an identifier is no longer one. */
const DERIVED = /hash|mask|token|domain|count|length|has|is|num|flag|verified|encoded|bucket|type|valid|age|days|since/;

/** True for a column whose name is that of a direct identifier, by whole words. */
export function isIdentifier(column: string): boolean {
  const tokens = tokensOf(column.slice(0, 100));
  if (
    tokens.some(
      (token) =>
        DERIVED.test(token) &&
        /^(hash(ed)?|mask(ed)?|token(s|ized)?|domain|count|length|has|is|num|flag|verified|encoded|bucket|type|valid|age|days|since)$/.test(
          token,
        ),
    )
  )
    return false;
  return tokens.some((token) => ALONE.has(token)) || PAIRS.test(` ${tokens.join(' ')} `);
}

const LISTS =
  /^(features|feature_names|feature_columns|numerical_features|categorical_features|input_columns|input_features|input_schema|model_inputs)$/;

function columnsIn(node: DataNode): readonly { readonly column: string; readonly span: Span }[] {
  const listed = items(node).flatMap((item) => {
    const name = item.kind === 'scalar' ? item : (get(item, 'name') ?? get(item, 'column'));
    const column = literal(name);
    return name === undefined || column === undefined ? [] : [{ column, span: name.span }];
  });
  return [...listed, ...entries(node).map(({ key, keySpan }) => ({ column: key, span: keySpan }))];
}

function ofSettings(document: DataDocument): readonly Identifier[] {
  return document.roots.flatMap((root) =>
    [...walkEntries(root)]
      .filter(({ key }) => LISTS.test(key))
      .flatMap(({ value }) =>
        columnsIn(value)
          .filter(({ column }) => isIdentifier(column))
          .map((each) => ({ ...each, document })),
      ),
  );
}

/** The inputs of an MLflow signature are JSON in a string. */
function ofSignatures(project: Project): readonly Identifier[] {
  return mlflowModels(project).flatMap(({ document, signature }): readonly Identifier[] => {
    const inputs = get(signature, 'inputs');
    const names = [...(literal(inputs) ?? '').slice(0, 100_000).matchAll(/"name":\s*"([^"\\]{1,200})"/g)].map(
      (match) => match[1] ?? '',
    );
    const column = names.find(isIdentifier);
    return inputs === undefined || column === undefined ? [] : [{ column, document, span: inputs.span }];
  });
}

function ofFeast(project: Project): readonly Identifier[] {
  return project.documents('python', ['feast']).flatMap((document) =>
    callsTo(document, 'feast.Field', 'feast.Feature').flatMap((call): readonly Identifier[] => {
      const node = argument(call, 0, 'name');
      const column = stringOf(document, node);
      return node === undefined || column === undefined || !isIdentifier(column)
        ? []
        : [{ column, document, span: { start: node.start, end: node.end } }];
    }),
  );
}

const WORDS = ['features', 'feature_', 'input_', 'model_inputs'];

/** Every direct identifier among the inputs of the repository's models. */
export const identifiers: (project: Project) => readonly Identifier[] = fact((project) =>
  [
    ...ofSignatures(project),
    ...ofFeast(project),
    ...[
      ...project.documents('yaml', WORDS),
      ...project.documents('toml', WORDS),
      ...project.documents('json', WORDS),
    ].flatMap(ofSettings),
  ].filter(({ document }) => pathClassOf(document.path) !== 'test' && !isTemplatePath(document.path)),
);
