import { child, type PyNode, walk } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { crossingOf } from '../../facts/python/across.ts';
import { callAt } from '../../facts/python/calls.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { blockingIn } from '../../facts/serving/blocking.ts';
import { type Route, routes } from '../../facts/serving/routes.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** `async` and the blank after it, where nothing in the function needs it. */
function removable(
  document: PythonDocument,
  { function: node }: Route,
): { readonly span: { readonly start: number; readonly end: number }; readonly text: string } | undefined {
  const [word, next] = node.children;
  if (word?.type !== 'async' || next === undefined) return undefined;
  const body = child(node, 'body');
  for (const each of body === undefined ? [] : walk(body)) {
    if (
      each.type === 'await' ||
      each.type === 'async' ||
      (each.type.endsWith('comprehension') && textOf(document, each).includes('async '))
    )
      return undefined;
  }
  const end = word.end + (document.text.slice(word.end).match(/^[ \t]+/)?.[0].length ?? 0);
  return { span: { start: word.start, end }, text: '' };
}

const isOwn = (node: PyNode, { function: owner }: Route): boolean =>
  enclosingFunction(node) === owner && node.parent?.type !== 'await';

export default defineCheck({
  evaluates: 'inference-latency',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'medium',
  grades: { io: { severity: 'high', when: 'it waits for the network, a process or the clock' } },
  title: 'Blocking call on the event loop of a server',
  why: `
    While the call runs, this worker answers nobody else: requests queue up behind one slow prediction, health checks time out
    and the replica is restarted under load.
  `,
  fix: 'Declare the handler with `def`, so that it runs in the thread pool, or hand the call to `run_in_threadpool` or an async client.',
  references: [
    'https://fastapi.tiangolo.com/async/',
    'https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code',
  ],
  mentions: ['async'],
  examples: [
    bad.as('io')`
      import requests as rq
      import time
      from fastapi import FastAPI, APIRouter
      from requests import get as fetch

      app = FastAPI()
      router = APIRouter()

      @app.post("/predict")
      async def predict(row: dict):
          features = «rq.post("http://features", json=row)».json()
          «time.sleep(1)»
          return features

      class Api:
          @router.get("/x")
          async def read(self):
              send = fetch
              return «send("http://x")»
    `,
    bad`
      import joblib
      from fastapi import FastAPI

      app = FastAPI()
      model = joblib.load("model.joblib")

      @app.post("/predict")
      async def predict(row: dict):
          return «model.predict([row])»

      @app.post("/many")
      async def many(request: Request):
          rows = await request.json()
          return «model.predict_proba(rows)»
    `,
    bad({
      'src/model.py':
        'import joblib\n\nmodel = joblib.load("m.joblib")\n\ndef score(rows):\n    return model.predict(rows)\n',
      'src/app.py': `
        import joblib
        from fastapi import FastAPI
        from src.model import score

        app = FastAPI()

        class Predictor:
            def __init__(self):
                self.model = joblib.load("m.joblib")

            def run(self, rows):
                return self.model.predict(rows)

        predictor = Predictor()

        @app.post("/local")
        async def local(row: dict):
            return «predictor.run([row])»

        @app.post("/imported")
        async def imported(row: dict):
            return «score([row])»
      `,
    }),
    good`
      import asyncio
      import joblib
      import requests
      from fastapi import FastAPI
      from fastapi.concurrency import run_in_threadpool

      app = FastAPI()
      model = joblib.load("model.joblib")

      @app.post("/predict")
      def predict(row: dict):
          return model.predict([row])

      @app.post("/async")
      async def pooled(row: dict):
          a = await run_in_threadpool(model.predict, [row])
          b = await asyncio.to_thread(lambda: requests.get("http://x"))
          await asyncio.sleep(1)

          def work():
              return model.predict([row])

          return a, b, await asyncio.get_event_loop().run_in_executor(None, work)

      def toy(x):
          return x

      @app.post("/toy")
      async def simple(x: float):
          return toy(x), helper.predict(x)

      async def job():
          return model.predict([])
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    const crossing = crossingOf(project);
    for (const route of routes(document)) {
      if (!route.async) continue;
      const fix = removable(document, route);
      for (const node of nodesWithin(document, route.function, 'call')) {
        const call = callAt(document, node);
        const found = call === undefined || !isOwn(node, route) ? undefined : blockingIn(document, call, crossing);
        if (call === undefined || found === undefined) continue;
        const message =
          `\`${textOf(document, call.callee)}\` ${found.says} on the event loop of \`${route.name}\``.replace(
            /\s+/g,
            ' ',
          );
        const where =
          found.inside === undefined ? [] : [seen(found.inside.document, found.inside.call.node, 'what it does')];
        const header = { start: route.function.start, end: route.function.start };
        yield at(document, node, message, {
          evidence: [seen(document, header, `\`${route.name}\` is \`async\``), ...where],
          ...(found.grade === undefined ? {} : { grade: found.grade }),
          ...(fix === undefined ? {} : { replacement: fix }),
        });
      }
    }
  },
});
