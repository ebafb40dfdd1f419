import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callsTo } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { qualifiedNames } from '../../facts/python/names.ts';
import { isAtLeast, type VersionFact, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOADERS = [
  'yaml.load',
  'yaml.load_all',
  'yaml.unsafe_load',
  'yaml.unsafe_load_all',
  'yaml.full_load',
  'yaml.full_load_all',
  'ruamel.yaml.load',
  'ruamel.yaml.YAML',
];
const ANY_OBJECT = /^yaml\.((loader|cyaml)\.)?(Loader|UnsafeLoader|CLoader|CUnsafeLoader)$/;
const MANY_OBJECTS = /^yaml\.((loader|cyaml)\.)?C?FullLoader$/;

interface Verdict {
  readonly node: PyNode;
  readonly says: string;
  readonly grade?: string;
  readonly replacement?: { readonly span: PyNode; readonly text: string };
}

/** `yaml.load` becomes `yaml.safe_load`; a name that was imported alone cannot be exchanged in place. */
function asSafe(document: PythonDocument, node: PyNode, text: string): Pick<Verdict, 'replacement'> {
  const last = node.type === 'attribute' ? child(node, 'attribute') : undefined;
  const module = node.type === 'attribute' ? child(node, 'object') : undefined;
  if (last === undefined || module === undefined || !qualifiedNames(document, module).includes('yaml')) return {};
  return { replacement: { span: last, text } };
}

function verdictOn(document: PythonDocument, call: Call, pyyaml: VersionFact | undefined): Verdict | undefined {
  const { node, callee, name = '' } = call;
  if (name === 'ruamel.yaml.YAML') {
    const kind = argument(call, -1, 'typ');
    return kind !== undefined && isConstant(document, kind, 'unsafe')
      ? { node: kind, says: 'builds whatever objects the text names' }
      : undefined;
  }
  const safe = name.endsWith('_all') ? 'safe_load_all' : 'safe_load';
  if (name.includes('unsafe_'))
    return { node, says: 'builds whatever objects the text names', ...asSafe(document, callee, safe) };
  if (name.includes('full_'))
    return { node, says: 'builds more than plain data', grade: 'full', ...asSafe(document, callee, safe) };
  const loader = argument(call, 1, 'Loader');
  if (loader === undefined) {
    if (call.spread) return undefined;
    const full = isAtLeast(pyyaml, '5.1') === 'yes' && name !== 'ruamel.yaml.load';
    return { node, says: 'names no loader', ...(full ? { grade: 'full' } : {}), ...asSafe(document, callee, safe) };
  }
  const names = qualifiedNames(document, loader);
  const fix = asSafe(document, loader, names.some((each) => /\.C\w+$/.test(each)) ? 'CSafeLoader' : 'SafeLoader');
  if (names.some((each) => ANY_OBJECT.test(each)))
    return {
      node: loader,
      says: `builds whatever objects the text names with \`${textOf(document, loader)}\``,
      ...fix,
    };
  if (names.some((each) => MANY_OBJECTS.test(each)))
    return {
      node: loader,
      says: `builds more than plain data with \`${textOf(document, loader)}\``,
      grade: 'full',
      ...fix,
    };
  return undefined;
}

export default defineCheck({
  evaluates: 'insecure-defaults',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  grades: { full: { severity: 'medium', when: 'the full loader is used, or a default that depends on the version' } },
  title: 'YAML is read with a loader that builds objects',
  why: `
    YAML tags can name Python classes and functions. With an unsafe loader, whoever writes the configuration runs code in the
    process that reads it; the full loader was bypassed more than once.
  `,
  fix: 'Use `yaml.safe_load`, or `Loader=yaml.SafeLoader`.',
  references: [
    'https://pyyaml.org/wiki/PyYAMLDocumentation',
    'https://github.com/yaml/pyyaml/wiki/PyYAML-yaml.load(input)-Deprecation',
  ],
  mentions: ['yaml'],
  examples: [
    bad`
      import yaml
      import yaml as y
      from yaml import UnsafeLoader, load as read

      config = yaml.load(open("a.yaml"), Loader=«yaml.Loader»)

      class Settings:
          def parse(self, text):
              loader = UnsafeLoader
              a = «y.unsafe_load(text)»
              b = read(text, Loader=«loader»)
              return a, b, yaml.load_all(text, «yaml.CLoader»)
    `,
    bad.as('full')`
      import yaml

      def parse(text):
          b = yaml.load(text, Loader=«yaml.FullLoader»)
          return b, «yaml.full_load(text)»
    `,
    bad`
      from yaml import load as read

      config = «read(text)»
    `,
    bad.as('full')({ 'requirements.txt': 'PyYAML==5.4\n', 'a.py': 'import yaml\nconfig = «yaml.load(text)»\n' }),
    bad({ 'requirements.txt': 'PyYAML==3.13\n', 'a.py': 'import yaml\nconfig = «yaml.load(text)»\n' }),
    bad`
      from ruamel.yaml import YAML
      reader = YAML(typ=«"unsafe"»)
    `,
    good`
      import yaml
      from ruamel.yaml import YAML
      from yaml import CSafeLoader, BaseLoader, SafeLoader as Safe

      class Custom(yaml.SafeLoader):
          pass

      def parse(text, loader):
          yaml.load(text, Loader=Custom)
          yaml.load(text, loader)
          yaml.load(text, **options)
          YAML(typ="safe").load(text)
          json.load(text)
          return yaml.safe_load(text), yaml.load(text, Loader=CSafeLoader), yaml.load(text, Safe), yaml.load(text, BaseLoader)
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    const pyyaml = versionMap(project, document.path)('pyyaml');
    for (const call of callsTo(document, ...LOADERS)) {
      const verdict = verdictOn(document, call, pyyaml);
      if (verdict === undefined) continue;
      const { node, says, grade, replacement } = verdict;
      yield at(document, node, `\`${textOf(document, call.callee)}\` ${says}`, {
        ...(grade === undefined ? {} : { grade }),
        ...(replacement === undefined ? {} : { replacement }),
      });
    }
  },
});
