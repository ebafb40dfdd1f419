import { ALLOWED } from '../../../src/facts/model-files/allowed.ts';
import { classifyName } from '../../../src/facts/model-files/classify.ts';
import { DENIED, SAFE_BUILTINS } from '../../../src/facts/model-files/denied.ts';
import { SOURCES } from '../../../src/facts/model-files/sources.ts';

const tierOf = (name: string, own: readonly string[] = []) => {
  const dot = name.lastIndexOf(':') === -1 ? name.lastIndexOf('.') : name.lastIndexOf(':');
  return classifyName(name.slice(0, dot), name.slice(dot + 1), new Set(own)).tier;
};

test.each([
  ['numpy._core.multiarray._reconstruct', 'allowed'],
  ['sklearn.ensemble._forest.RandomForestClassifier', 'allowed'],
  ['torch._utils._rebuild_tensor_v2', 'allowed'],
  ['builtins.set', 'allowed'],
  ['uuid.UUID', 'allowed'],
  ['pathlib.PosixPath', 'allowed'],
  ['_io.BytesIO', 'allowed'],
  ['__torch__.net.Net', 'allowed'],
  ['__main__.Net', 'own'],
  ['acme.nets.Net', 'unknown'],
  ['sklearn.made_up.Estimator', 'unknown'],
  ['builtins.print', 'denied'],
  ['uuid._get_command_stdout', 'denied'],
  ['_made_up.thing', 'denied'],
  ['_io.FileIO', 'denied'],
  ['os.path.join', 'denied'],
  ['torch:hub.load', 'denied'],
  ['torch:os.system', 'denied'],
  ['acme:Net.__init__.__globals__', 'denied'],
  ['__future__:_ssl.RAND_bytes', 'denied'],
  ['pathlib:Path.write_text', 'denied'],
  ['collections:OrderedDict.__reduce__', 'denied'],
])('%s is %s', (name, tier) => {
  expect(tierOf(name)).toBe(tier);
});

test('a class of the repository is its own, unless its name walks out of it', () => {
  expect(tierOf('acme.nets.Net', ['acme'])).toBe('own');
  expect(tierOf('acme:nets.os.system', ['acme'])).toBe('denied');
});

test('a repository cannot allow a denied module by owning its name', () => {
  expect(tierOf('subprocess.Popen', ['subprocess'])).toBe('denied');
});

test('every entry names a source, and every source an address', () => {
  for (const source of [...ALLOWED.values(), ...[...DENIED.values()].map((entry) => entry.source)])
    expect(SOURCES[source].url).toMatch(/^https:/);
  for (const { does } of DENIED.values()) expect(does).toMatch(/^[a-z]/);
});

test('no name is allowed that is a module on the denied list, and no telling built-in is safe', () => {
  for (const name of ALLOWED.keys()) expect(DENIED.has(name)).toBe(false);
  for (const name of ['eval', 'exec', 'getattr', 'open', '__import__', 'compile', 'print', 'type', 'vars'])
    expect(SAFE_BUILTINS.has(name)).toBe(false);
});
