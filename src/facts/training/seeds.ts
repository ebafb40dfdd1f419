import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { type Call, calls } from '../python/calls.ts';

/** Names under which projects and libraries seed everything at once. */
const HELPER =
  /(^|[._])(seed_everything|set_seed|set_seeds|set_random_seed|fix_seed|fix_seeds|seed_all|set_all_seeds|set_global_seed|setup_seed|enable_determinism|enable_full_determinism|enable_reproducibility)$/;

const GLOBAL = new Map([
  ['numpy.random.seed', 'numpy'],
  ['random.seed', 'random'],
  ['torch.manual_seed', 'torch'],
  ['torch.random.manual_seed', 'torch'],
  ['torch.cuda.manual_seed_all', 'torch'],
  ['tensorflow.random.set_seed', 'tensorflow'],
  ['tensorflow.set_random_seed', 'tensorflow'],
  ['keras.utils.set_random_seed', 'tensorflow'],
  ['tensorflow.keras.utils.set_random_seed', 'tensorflow'],
]);

/** A call that seeds a global random generator. */
export interface Seeding {
  readonly call: Call;
  /** `numpy`, `random`, `torch`, `tensorflow`, or `all` for a helper. */
  readonly generator: string;
}

/** Every seeding of the file, in source order. */
export const seedings: (document: PythonDocument) => readonly Seeding[] = fact((document) =>
  calls(document).flatMap((call) => {
    const named = call.name ?? document.text.slice(call.callee.start, call.callee.end);
    const generator = GLOBAL.get(named) ?? (HELPER.test(named) ? 'all' : undefined);
    return generator === undefined ? [] : [{ call, generator }];
  }),
);

/** The first seeding of one of the generators (or of all) that stands before a node in the file. */
export function seededBefore(
  document: PythonDocument,
  node: PyNode,
  ...generators: readonly string[]
): Seeding | undefined {
  return seedings(document).find(
    ({ call, generator }) => call.node.start < node.start && (generator === 'all' || generators.includes(generator)),
  );
}
