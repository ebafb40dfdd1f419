import { child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { definitionName, enclosingFunction } from '../../facts/python/structure.ts';
import { isServing } from '../../facts/serving/role.ts';
import { routes } from '../../facts/serving/routes.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const PREDICTS = /predict|infer|\bscor(e|ing)|classif|embed|generate|\brank|recommend|forward|detect/i;
/** Somebody learns of the error: a log, a counter, a tracker, or an answer that is not a prediction. */
const TELLS =
  /log|warn|print|raise|metric|counter|\.inc\(|sentry|capture|statsd|span|trace|emit|record|notify|alert|abort|error|status|exc_info|report/i;

/** `except:`, `except Exception`, `except BaseException`. */
function catchesAll(document: PythonDocument, clause: PyNode): boolean {
  const value = child(clause, 'value') ?? parts(clause).find((each) => each.type !== 'block');
  const caught = value?.type === 'as_pattern' ? firstPart(value) : value;
  return caught === undefined || /^(Exception|BaseException)$/.test(textOf(document, caught));
}

const PLAIN = new Set([
  'none',
  'integer',
  'float',
  'string',
  'true',
  'false',
  'list',
  'dictionary',
  'tuple',
  'unary_operator',
]);

/** The default that the handler answers with; undefined where it does anything else. */
function defaultOf(document: PythonDocument, clause: PyNode): PyNode | undefined {
  const block = clause.children.find((each) => each.type === 'block');
  const last = block === undefined ? undefined : parts(block).at(-1);
  if (block === undefined || last === undefined || TELLS.test(textOf(document, block))) return undefined;
  if (last.type === 'expression_statement') return assignedDefault(document, clause, firstPart(last));
  if (last.type !== 'return_statement') return undefined;
  const value = firstPart(last);
  return value === undefined || isDefault(document, value) ? last : undefined;
}

/** Makers of answers: with constants alone they make a constant one. */
const MAKES = /(^|\.)(jsonify|make_response|zeros|ones|full|array|asarray|tensor|[A-Z]\w*)$/;

function isDefault(document: PythonDocument, value: PyNode): boolean {
  if (PLAIN.has(value.type)) return true;
  if (value.type === 'identifier') return /^[A-Z_]+$|default|fallback/i.test(textOf(document, value));
  const callee = value.type === 'call' ? child(value, 'function') : undefined;
  const list = callee && child(value, 'arguments');
  if (callee === undefined || list === undefined || !MAKES.test(textOf(document, callee))) return false;
  return parts(list).every((each) => PLAIN.has((child(each, 'value') ?? each).type));
}

/** `score = 0.0` in the place of the `score = model.predict(x)` that failed. */
function assignedDefault(document: PythonDocument, clause: PyNode, last: PyNode | undefined): PyNode | undefined {
  const name = last?.type === 'assignment' ? child(last, 'left') : undefined;
  const value = last && child(last, 'right');
  if (last === undefined || name === undefined || value === undefined || !isDefault(document, value)) return undefined;
  const attempt = clause.parent && child(clause.parent, 'body');
  const tried = attempt === undefined ? [] : nodesWithin(document, attempt, 'assignment');
  return tried.some((each) => textOf(document, child(each, 'left') ?? each) === textOf(document, name))
    ? last
    : undefined;
}

function isPredicting(document: PythonDocument, clause: PyNode): boolean {
  const attempt = clause.parent === undefined ? undefined : child(clause.parent, 'body');
  return attempt !== undefined && PREDICTS.test(textOf(document, attempt));
}

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Failed prediction is answered as if it were one',
  why: `
    Every error becomes a normal answer that no log, counter or alert knows of. The model may be down for days while the
    dashboards stay green, and callers act on the default.
  `,
  fix: 'Log the exception and count it, then answer with an error or with a fallback that is marked as one.',
  references: [
    'https://sre.google/sre-book/monitoring-distributed-systems/',
    'https://docs.python.org/3/howto/logging.html',
  ],
  mentions: ['except'],
  examples: [
    bad`
      from flask import Flask, jsonify, request

      app = Flask(__name__)

      @app.post("/p")
      def p():
          try:
              y = app.model.predict([request.json["x"]])
          except Exception as exc:
              «return jsonify({"score": 0.5})»
          try:
              z = app.model.predict(y)
          except Exception:
              «z = 0.0»
          return jsonify({"score": z})
    `,
    bad`
      import joblib
      from fastapi import FastAPI as Api

      app = Api()
      model = joblib.load("m.joblib")
      DEFAULT = 0.5

      @app.post("/predict")
      def predict(row: dict):
          try:
              return float(model.predict([row])[0])
          except Exception:
              «return 0»

      class Scorer:
          def score(self, rows):
              try:
                  return model.predict(rows)
              except:
                  «return []»

          def infer(self, rows):
              try:
                  answer = model.predict(rows)
              except Exception as problem:
                  «return DEFAULT»
              return answer
    `,
    bad({
      'serving/predictor.py': `
        def predict(model, rows):
            try:
                return model.predict(rows)
            except BaseException:
                «return None»
      `,
    }),
    good`
      import logging
      from fastapi import FastAPI, HTTPException

      app = FastAPI()

      @app.post("/predict")
      def predict(row: dict):
          try:
              return model.predict([row])
          except Exception:
              logging.exception("prediction failed")
              FAILURES.inc()
              return 0

      @app.post("/again")
      def again(row: dict):
          try:
              return model.predict([row])
          except Exception as problem:
              raise HTTPException(500) from problem

      @app.post("/narrow")
      def narrow(row: dict):
          try:
              return model.predict([row])
          except KeyError:
              return None

      @app.get("/health")
      def health():
          try:
              return database.ping()
          except Exception:
              return False
    `,
    good`
      def train(model, rows):
          try:
              return model.predict(rows)
          except Exception:
              return None
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!isServing(document)) return;
    const handlers = new Set(routes(document).map((route) => route.function));
    for (const clause of nodesOf(document, 'except_clause')) {
      const answer =
        catchesAll(document, clause) && isPredicting(document, clause) ? defaultOf(document, clause) : undefined;
      const owner = enclosingFunction(clause);
      const name = owner === undefined ? '' : (definitionName(document, owner) ?? '');
      if (answer === undefined || owner === undefined || !(handlers.has(owner) || PREDICTS.test(name))) continue;
      yield at(
        document,
        answer,
        `\`${name}\` answers \`${textOf(document, answer)}\` after any error, and nothing records that there was one`.replace(
          /\s+/g,
          ' ',
        ),
      );
    }
  },
});
