import { bare, child, firstPart, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { originsOf, sameValue } from '../../facts/python/flow.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { definitionName, enclosingFunction } from '../../facts/python/structure.ts';
import { rowsRoot, takenFrom, withAllColumns } from '../../facts/training/columns.ts';
import { fits, isModelOf, supervisedFits } from '../../facts/training/fits.ts';
import { comesFromTraining, holds } from '../../facts/training/rows.ts';
import { isHeldOutName, isTrainingName, splits } from '../../facts/training/splits.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Found {
  readonly node: PyNode;
  readonly says: string;
  readonly other?: PyNode;
}

const startsAtTop = (document: PythonDocument, value: PyNode): boolean =>
  /\[\s*0?\s*:\s*[^:\s]/.test(textOf(document, value)) && value.type === 'subscript';

/** A held-out variable that is a part of what a model is fitted on, or begins where the training rows begin. */
function* subsets(document: PythonDocument): Generator<Found> {
  for (const assignment of nodesOf(document, 'assignment')) {
    const left = child(assignment, 'left');
    const right = child(assignment, 'right');
    if (left === undefined || right === undefined || !isHeldOutName(document, left)) continue;
    const source = takenFrom(document, right);
    if (source === undefined) continue;
    const fit = fits(document).find(
      ({ rows, call }) => call.node.start > right.end && overlaps(document, rows, right, source),
    );
    const says = `\`${textOf(document, left)}\` holds rows of \`${textOf(document, source)}\` that the model is fitted on`;
    if (fit !== undefined) yield { node: right, says, other: fit.call.node };
  }
}

function overlaps(document: PythonDocument, rows: PyNode, taken: PyNode, source: PyNode): boolean {
  const root = rowsRoot(document, rows);
  if (sameValue(document, root, source) || sameValue(document, root, rowsRoot(document, source))) return true;
  const value = singleAssignment(document, root);
  const from = value && takenFrom(document, value);
  if (value === undefined || from === undefined || !sameValue(document, from, source)) return false;
  return startsAtTop(document, value) && startsAtTop(document, taken);
}

/** Fitted on training and test rows together, and then judged on the test rows. */
function* joined(document: PythonDocument): Generator<Found> {
  const heldOut = splits(document).flatMap((split) => split.heldOut);
  const isHeldOut = (node: PyNode): boolean =>
    isHeldOutName(document, node) || heldOut.some((target) => holds(document, node, target));
  for (const fit of supervisedFits(document)) {
    const origins = [...originsOf(document, fit.rows)];
    const inside = origins.filter((each) => each.type === 'identifier' && isHeldOut(each));
    const trained = comesFromTraining(document, fit.rows) || origins.some((each) => isTrainingName(document, each));
    if (inside.length === 0 || !trained) continue;
    const judged = callsOfMethod(document, 'predict', 'predict_proba', 'score').find(
      ({ node, receiver, args }) =>
        node.start > fit.call.node.end &&
        isModelOf(document, fit, receiver) &&
        args[0] !== undefined &&
        inside.some((each) => sameValue(document, withAllColumns(document, args[0] ?? node), each)),
    );
    if (judged === undefined) continue;
    yield {
      node: fit.call.node,
      says: `\`${textOf(document, fit.rows)}\` holds the test rows too, on which \`${textOf(document, judged.callee)}\` is judged afterwards`,
      other: judged.node,
    };
  }
}

/** The same variable given for training and for validation. */
function* given(document: PythonDocument): Generator<Found> {
  for (const call of calls(document)) {
    const validation = call.keywords.get('validation_data') ?? call.keywords.get('eval_dataset');
    const training = call.keywords.get('train_dataset') ?? (call.method === 'fit' ? argument(call, 0, 'x') : undefined);
    if (validation === undefined || training === undefined) continue;
    const tuple = bare(validation);
    const rows = tuple.type === 'tuple' ? firstPart(tuple) : tuple;
    if (
      rows === undefined ||
      !/^(identifier|attribute|subscript)$/.test(rows.type) ||
      !sameValue(document, rows, training)
    )
      continue;
    yield { node: rows, says: `\`${textOf(document, rows)}\` is given for training and for validation` };
  }
}

const onPurpose = (document: PythonDocument, node: PyNode): boolean => {
  const holder = enclosingFunction(node);
  const name = holder && definitionName(document, holder);
  return /sanity|overfit|smoke|debug|dummy/i.test(`${document.path} ${name ?? ''}`);
};

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Test rows are training rows',
  why: 'A model judged on rows it was fitted on is asked for what it has memorised. The score says nothing about rows it has not seen.',
  fix: 'Take the held-out rows away from the training rows (`train_test_split`, `df.drop(test.index)`) before fitting, and judge on those only.',
  references: ['https://scikit-learn.org/stable/modules/cross_validation.html'],
  mentions: ['fit', 'eval_dataset'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.linear_model import LinearRegression

      def sampled(df: pd.DataFrame):
          X_train = df[["a"]]
          X_test = «X_train.sample(frac=0.2, random_state=1)»
          model = LinearRegression().fit(X_train, df["b"])
          return model.predict(X_test)

      def joined(train: pd.DataFrame, test: pd.DataFrame):
          everything = pd.concat([train, test])
          model = «LinearRegression().fit(everything[["a"]], everything["b"])»
          return model.predict(test[["a"]])
    `,
    bad`
      from sklearn.svm import SVC as Model

      class Job:
          def run(self, X_train, y_train):
              model = Model()
              X_test = «X_train.sample(100)»
              model.fit(X_train, y_train)
              return model.predict(X_test)

      def halves(df, cols):
          train = df[:800]
          test = «df[:200]»
          model = Model()
          model.fit(train[cols], train["y"])
          return model.score(test[cols], test["y"])
    `,
    bad`
      import pandas as pd
      from sklearn.linear_model import Ridge
      from sklearn.model_selection import train_test_split

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      everything = pd.concat([X_train, X_test])
      model = Ridge()
      «model.fit(everything, pd.concat([y_train, y_test]))»
      print(model.score(X_test, y_test))
    `,
    bad`
      from transformers import Trainer
      (x_train, y_train), _ = load_data()
      network.fit(x_train, y_train, epochs=3, validation_data=(«x_train», y_train))
      rows = load()
      trainer = Trainer(model, train_dataset=rows, eval_dataset=«rows»)
    `,
    good`
      import pandas as pd
      from sklearn.cluster import KMeans
      from sklearn.linear_model import Ridge
      from sklearn.model_selection import train_test_split

      test = df.sample(frac=0.2, random_state=1)
      train = df.drop(test.index)
      model = Ridge()
      model.fit(train, y)
      X_test = X_train[800:]
      X_train = X_train[:800]
      model.fit(X_train, y_train)
      valid_test = frame[800:]
      head = frame[:800]
      model.fit(head, y)

      a_train, a_test, b_train, b_test = train_test_split(X, y, random_state=1)
      model.fit(a_train, b_train)
      print(model.score(a_test, b_test))
      final = Ridge().fit(pd.concat([a_train, a_test]), pd.concat([b_train, b_test]))
      groups = KMeans(3).fit(pd.concat([a_train, a_test]))
      print(groups.predict(a_test))
    `,
    good`
      def test_overfits_one_batch(network, x_train, y_train):
          network.fit(x_train, y_train, validation_data=(x_train, y_train))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { node, says, other } of [...subsets(document), ...joined(document), ...given(document)]) {
      if (onPurpose(document, node)) continue;
      yield at(document, node, says, {
        evidence:
          other === undefined ? [] : [seen(document, other, other.start < node.start ? 'fitted here' : 'used here')],
      });
    }
  },
});
