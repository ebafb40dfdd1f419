import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callsTo } from '../../facts/python/calls.ts';
import { isConstant, stringOf } from '../../facts/python/constants.ts';
import { isBelow, type VersionFact, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Verdict {
  readonly node: PyNode;
  readonly why: string;
  readonly grade?: string;
}

const said = (fact: VersionFact | undefined): string => {
  const declared = fact?.declarations[0];
  return declared === undefined ? '' : ` (\`torch${declared.declared.specifier}\` in \`${declared.path}\`)`;
};

/** A path written out in the repository is a smaller risk than one that is handed in. */
const constantGrade = (document: PythonDocument, call: Call): { readonly grade?: string } =>
  stringOf(document, call.args[0]) === undefined ? {} : { grade: 'constant' };

function verdictOn(document: PythonDocument, call: Call, torch: VersionFact | undefined): Verdict | undefined {
  const flag = argument(call, -1, 'weights_only');
  const graded = constantGrade(document, call);
  const pickler = argument(call, 2, 'pickle_module');
  if (isConstant(document, flag, false))
    return { node: flag ?? call.node, why: 'unpickles whatever the file holds: `weights_only=False`', ...graded };
  if (pickler !== undefined && !isConstant(document, pickler, null))
    return { node: pickler, why: 'unpickles with a pickle module of its own', ...graded };
  if (isConstant(document, flag, true) && isBelow(torch, '2.6') === 'yes') {
    return {
      node: call.node,
      why: `relies on \`weights_only=True\`, which can be bypassed below torch 2.6 (CVE-2025-32434)${said(torch)}`,
      grade: 'bypass',
    };
  }
  if (flag !== undefined || call.spread || isBelow(torch, '2.6') !== 'yes') return undefined;
  return {
    node: call.node,
    why: `unpickles whatever the file holds: below torch 2.6 \`weights_only\` is off by default${said(torch)}`,
    ...graded,
  };
}

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: {
    constant: { severity: 'medium', when: 'the path is written out in the code' },
    bypass: { severity: 'medium', when: 'torch is below 2.6 and `weights_only=True` can be bypassed' },
  },
  title: 'torch.load that executes what the checkpoint says',
  why: `
    A checkpoint is a pickle, and unpickling runs the callables it names. With \`weights_only=False\`, or without the argument
    below torch 2.6, whoever can replace the file runs code in the process that loads it.
  `,
  fix: 'Load with `weights_only=True` on torch 2.6 or newer, or store the weights as safetensors.',
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.load.html',
    'https://github.com/advisories/GHSA-53q9-r3pm-6pq6',
  ],
  mentions: ['torch'],
  examples: [
    bad`
      import torch
      from torch import load as fetch

      class Model:
          def restore(self, path):
              self.state = torch.load(path, map_location="cpu", weights_only=«False»)
              unsafe = False
              return fetch(path, weights_only=«unsafe»), torch.load(path, "cpu", «dill»)
    `,
    bad({
      'requirements.txt': 'torch==2.4.1\n',
      'serve.py': 'import torch as t\n\ndef get(path):\n    return «t.load(path)»\n',
    }),
    bad.as('constant')`
      import torch
      state = torch.load("weights.pt", weights_only=«False»)
    `,
    bad.as('bypass')({
      'pyproject.toml': '[project]\nname = "x"\ndependencies = ["torch==2.5.0"]\n',
      'a.py': 'import torch\n«torch.load(p, weights_only=True)»\n',
    }),
    good({
      'requirements.txt': 'torch==2.6.0\n',
      'serve.py': 'import torch\ntorch.load(path)\ntorch.load(path, weights_only=True)\n',
    }),
    good`
      import torch
      import torch.utils.cpp_extension

      torch.load(path)
      torch.load(path, weights_only=trusted)
      torch.load(path, **options)
      torch.load(path, weights_only=True)
      torch.jit.load("scripted.pt")
      torch.utils.cpp_extension.load("ops", ["ops.cpp"])
      loader.load(path, weights_only=False)
    `,
    good({ 'tests/test_load.py': 'import torch\nstate = torch.load(path)\n' }),
  ],

  reads: 'python',
  *inspect(document, project) {
    const torch = versionMap(project, document.path)('torch');
    for (const call of callsTo(document, 'torch.load')) {
      const verdict = verdictOn(document, call, torch);
      if (verdict === undefined) continue;
      const { node, why, grade } = verdict;
      const fixable = isConstant(document, node, false) && node.type === 'false' && isBelow(torch, '2.6') !== 'yes';
      yield at(document, node, `\`${textOf(document, call.callee)}\` ${why}`, {
        evidence: node === call.node ? [] : [seen(document, call.node, 'loads here')],
        ...(grade === undefined ? {} : { grade }),
        ...(fixable ? { replacement: 'True' } : {}),
      });
    }
  },
});
