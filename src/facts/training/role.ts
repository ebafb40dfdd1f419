import { fact } from '../../core/fact.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type Call, callsOfMethod } from '../python/calls.ts';
import { importsModule } from '../python/imports.ts';
import { typeOf } from '../python/types.ts';
import { supervisedFits } from './fits.ts';
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

/** Calls in which a model surely learns: `fit` of a known estimator with a target, and steps of an optimiser's loop. */
export const trainingCalls: (document: PythonDocument) => readonly Call[] = fact((document) => [
  ...supervisedFits(document).map(({ call }) => call),
  ...callsOfMethod(document, 'backward').filter(({ receiver }) => receiver !== undefined && isTorch(document)),
  ...trainings(document).filter(({ names }) => names.some((name) => LIBRARY.test(name))),
]);

const LIBRARY =
  /^(tensorflow\.)?keras(\.\w+)*\(\)\.fit$|^(xgboost|lightgbm)\.train$|^transformers(\.\w+)*\(\)\.train$|^(pytorch_lightning|lightning)(\.\w+)*\(\)\.fit$/;

const isTorch = (document: PythonDocument): boolean => importsModule(document, 'torch');

/** True for a file that trains, or calls `fit` or `train` on what may be a model. */
export const trains = (document: PythonDocument): boolean =>
  trainings(document).length > 0 || trainingCalls(document).length > 0;
