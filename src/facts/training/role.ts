import { fact } from '../../core/fact.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type Call, callsOfMethod } from '../python/calls.ts';
import { typeOf } from '../python/types.ts';
import { hasSplit } from './splits.ts';
import { isTransformer } from './transformers.ts';

/** `fit` and its kin on anything that is not known to be a transformer. */
const trainings: (document: PythonDocument) => readonly Call[] = fact((document) =>
  callsOfMethod(document, 'fit', 'train', 'partial_fit', 'fit_predict').filter(
    ({ receiver, args, keywords }) =>
      receiver !== undefined && (args.length > 0 || keywords.size > 0) && !isTransformer(typeOf(document, receiver)),
  ),
);

/** True for a file in which rows are divided or a model is trained. */
export const buildsModel: (document: PythonDocument) => boolean = fact(
  (document) => hasSplit(document) || trainings(document).length > 0,
);
