import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame } from '../../facts/pandas/frames.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { constantOf, isConstant, stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { stringParts } from '../../facts/python/strings.ts';
import { codeSource } from '../../facts/security/code-source.ts';
import { sourceOf } from '../../facts/serving/requests.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Danger {
  readonly node: PyNode;
  readonly says: string;
  readonly grade?: string;
}

const RUNS = new Set(['builtins.eval', 'builtins.exec', 'numexpr.evaluate', 'pandas.eval']);
const TOOLS = /^langchain(_experimental|_community)?(\.\w+)*\.(PythonREPL|PythonREPLTool|PythonAstREPLTool|ShellTool)$/;

const isWritten = (document: PythonDocument, value: PyNode): boolean =>
  constantOf(document, value) !== undefined || stringParts(document, value)?.every((part) => 'text' in part) === true;

function evaluated(document: PythonDocument, call: Call): Danger | undefined {
  const [code] = call.args;
  if (code === undefined || isWritten(document, code)) return undefined;
  const from = codeSource(document, code);
  if (from === 'own') return undefined;
  const shown = textOf(document, code).slice(0, 60).replace(/\s+/g, ' ');
  return {
    node: call.node,
    says: `\`${textOf(document, call.callee)}\` runs \`${shown}\` as code`,
    ...(from === 'outside' ? { grade: 'outside' } : {}),
  };
}

/** `df.query(text)` with an expression that is handed in whole; a value put into a written expression is another matter. */
function queried(document: PythonDocument, call: Call): Danger | undefined {
  const [code] = call.args;
  if (
    call.receiver === undefined ||
    code === undefined ||
    !isFrame(document, call.receiver) ||
    isWritten(document, code)
  )
    return undefined;
  const source = sourceOf(document, code);
  if (source === 'constant' || (source === 'argument' && stringParts(document, code) !== undefined)) return undefined;
  const says =
    `\`${textOf(document, call.callee)}\` evaluates \`${textOf(document, code).slice(0, 60)}\`, which may call Python`.replace(
      /\s+/g,
      ' ',
    );
  return { node: call.node, says, ...(source === 'network' ? { grade: 'outside' } : {}) };
}

function tooled(document: PythonDocument, call: Call): Danger | undefined {
  const name = call.name ?? '';
  if (TOOLS.test(name))
    return { node: call.node, says: `\`${textOf(document, call.callee)}\` runs code that a language model writes` };
  for (const key of ['allow_dangerous_code', 'allow_dangerous_requests']) {
    const flag = call.keywords.get(key);
    if (flag !== undefined && isConstant(document, flag, true))
      return { node: flag, says: `\`${key}=${textOf(document, flag)}\` lets a language model act on its own` };
  }
  if (!/^langchain\w*\..*load_tools$/.test(name)) return undefined;
  const list = argument(call, 0, 'tool_names');
  const risky = (list === undefined ? [] : (elementsOf(document, list) ?? [])).find((each) =>
    /^(python_repl|terminal)$/.test(stringOf(document, each) ?? ''),
  );
  return risky && { node: risky, says: `${textOf(document, risky)} gives a language model a shell on this machine` };
}

function dangerOf(document: PythonDocument, call: Call): Danger | undefined {
  if (RUNS.has(call.name ?? '')) return evaluated(document, call);
  if (call.method === 'query' || call.method === 'eval') return queried(document, call);
  return tooled(document, call);
}

export default defineCheck({
  evaluates: 'injection',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    outside: { severity: 'critical', when: 'the text comes from a request or from a language model' },
  },
  title: 'Text is run as code',
  why: `
    Whoever writes the text decides what this process does: read credentials, change the model, leave for other machines.
    A language model's answer is text that a user can steer.
  `,
  fix: 'Parse data with `ast.literal_eval` or JSON, choose among named functions with a dictionary, or run generated code in a sandbox.',
  references: [
    'https://cwe.mitre.org/data/definitions/95.html',
    'https://docs.python.org/3/library/functions.html#eval',
  ],
  mentions: ['eval', 'exec', 'query', 'REPL', 'allow_dangerous', 'load_tools', 'ShellTool'],
  examples: [
    bad.as('outside')`
      import pandas as pd
      from fastapi import FastAPI, Request
      from openai import OpenAI as Client

      app = FastAPI()
      llm = Client()

      @app.post("/filter")
      async def rows(request: Request):
          body = await request.json()
          df = pd.read_csv("rows.csv")
          answer = llm.chat.completions.create(model="m", messages=[])
          exec_ = «exec(answer.choices[0].message.content)»
          return «eval(body["rule"])», «df.query(body["where"])»
    `,
    bad`
      import numexpr as ne
      from langchain_experimental.tools import PythonREPLTool as Repl
      from langchain_community.agent_toolkits.load_tools import load_tools

      class Metric:
          def __init__(self, name):
              self.name = name

          def build(self, formula):
              text = f"lambda x: {formula}"
              return «eval(self.name)», «ne.evaluate(formula)», «eval(text)»

      tools = [«Repl()», *load_tools([«"terminal"», "llm-math"])]
      agent = create_agent(llm, allow_dangerous_code=«True»)
    `,
    bad`
      import pandas as pd

      def keep(df: pd.DataFrame, condition: str):
          return «df.query(condition)»
    `,
    good`
      import ast
      import pandas as pd
      import torch

      model = torch.load("m.pt")
      model.eval()
      SIZE = 4
      n = eval("1 + 1")
      m = eval(f"2 * {SIZE}")
      about = {}
      with open("src/version.py") as file:
          exec(file.read(), about)

      def read(text, df: pd.DataFrame, low):
          self.metric.eval(text)
          evaluate(text)
          session.query(text)
          df.query("age > @low")
          df.query(f"age > {low}")
          return ast.literal_eval(text)

      def eval(text):
          return text

      agent = create_agent(llm, allow_dangerous_code=False)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const danger = dangerOf(document, call);
      if (danger === undefined) continue;
      yield at(document, danger.node, danger.says, danger.grade === undefined ? {} : { grade: danger.grade });
    }
  },
});
