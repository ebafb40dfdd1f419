import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { isServing } from '../../facts/serving/role.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const WAITS_FOREVER =
  /^(requests\.(get|post|put|patch|delete|head|options|request)|urllib\.request\.urlopen|urllib3\.(PoolManager|HTTPSConnectionPool|HTTPConnectionPool)\(\)\.(request|urlopen))$/;
const SESSION = /^requests\.(Session|session)\(\)\.(get|post|put|patch|delete|head|options|request)$/;
const HTTPX =
  /^httpx\.(get|post|put|patch|delete|request|stream|Client|AsyncClient|(Async)?Client\(\)\.(get|post|put|patch|delete|request|stream))$/;
const SDK = /^openai\.(Async)?(Azure)?OpenAI$/;

interface Wait {
  readonly node: PyNode;
  readonly says: string;
  readonly grade?: string;
  readonly fixable?: boolean;
}

/** A session or pool whose timeout is set once for all its requests. */
const hasDefault = (document: PythonDocument): boolean =>
  /\.mount\(|TimeoutHTTPAdapter|PoolManager\([^)]{0,200}timeout/.test(document.text);

function waitOf(document: PythonDocument, call: Call): Wait | undefined {
  const timeout = call.keywords.get('timeout');
  const named = (pattern: RegExp): boolean => call.names.some((name) => pattern.test(name));
  const off = timeout !== undefined && isConstant(document, timeout, null);
  if (named(WAITS_FOREVER) || named(SESSION)) {
    if (off) return { node: timeout, says: 'waits for an answer without end' };
    // `urlopen(url, data, timeout)`
    const given = timeout !== undefined || call.spread || (call.method === 'urlopen' && call.args.length >= 3);
    if (given || ((named(SESSION) || /urllib3/.test(call.name ?? '')) && hasDefault(document))) return undefined;
    return { node: call.node, says: 'waits for an answer without end', fixable: true };
  }
  if (named(HTTPX)) return off ? { node: timeout, says: 'waits for an answer without end' } : undefined;
  if (named(SDK) && timeout === undefined && !call.spread)
    return { node: call.callee, says: 'waits ten minutes for an answer and tries again', grade: 'long' };
  return undefined;
}

/** The call with a timeout of ten seconds as its last argument, where that is a matter of adding it before the bracket. */
function withTimeout(document: PythonDocument, node: PyNode): string | undefined {
  const text = textOf(document, node);
  if (text.includes('\n') || !text.endsWith(')') || /[,(]\s*\)$/.test(text) || text.includes('#')) return undefined;
  return `${text.slice(0, -1)}, timeout=10)`;
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: { long: { severity: 'low', when: 'a client waits for its default of ten minutes' } },
  title: 'Outgoing request of a server without a time limit',
  why: `
    When the other side hangs, so does the request, and with it a worker. A few of them and the service is down, although
    nothing of it failed.
  `,
  fix: 'Give every outgoing call a timeout below your own latency objective, and say what is answered when it runs out.',
  references: [
    'https://requests.readthedocs.io/en/latest/user/advanced/#timeouts',
    'https://www.python-httpx.org/advanced/timeouts/',
  ],
  mentions: ['requests', 'urlopen', 'urllib3', 'httpx', 'openai'],
  examples: [
    bad`
      import httpx
      import requests as rq
      from fastapi import FastAPI
      from requests import post as send
      from urllib.request import urlopen

      app = FastAPI()

      class Features:
          def __init__(self):
              self.session = rq.Session()

          def read(self, url):
              never = None
              a = «self.session.get(url)»
              b = httpx.get(url, timeout=«None»)
              c = rq.get(url, timeout=«never»)
              return a, b, c, «urlopen(url)»

      @app.post("/predict")
      def predict(row: dict):
          rows = «rq.get("http://features")».json()
          return «send("http://model", json=rows)»
    `,
    bad.as('long')`
      from fastapi import FastAPI
      from openai import OpenAI

      app = FastAPI()
      client = «OpenAI»()

      @app.get("/")
      def ask():
          return client.models.list()
    `,
    good`
      import boto3
      import httpx
      import requests
      from fastapi import FastAPI

      app = FastAPI()
      s3 = boto3.client("s3")
      adapted = requests.Session()
      adapted.mount("http://", Limited(timeout=3))

      @app.post("/predict")
      def predict(row: dict):
          requests.get("http://features", timeout=2)
          requests.get("http://features", **options)
          httpx.get("http://features")
          adapted.get("http://features")
          cache.get("key")
          return s3.get_object(Bucket="b", Key="k")
    `,
    good`
      import requests

      rows = requests.get("http://features").json()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!isServing(document)) return;
    for (const call of calls(document)) {
      const wait = waitOf(document, call);
      if (wait === undefined) continue;
      const fix = wait.fixable ? withTimeout(document, wait.node) : undefined;
      const message = `\`${textOf(document, call.callee)}\` ${wait.says}`.replace(/\s+/g, ' ');
      yield at(document, wait.node, message, {
        ...(wait.grade === undefined ? {} : { grade: wait.grade }),
        ...(fix === undefined ? {} : { replacement: fix }),
      });
    }
  },
});
