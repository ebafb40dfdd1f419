import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { dictionaryOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';

const DAG = /^airflow\.(models\.(dag\.)?|sdk\.|decorators\.)?(DAG|dag)$/;

/** A DAG that starts by itself. */
export interface ScheduledDag {
  readonly call: Call;
  readonly id: string;
  /** Names of every setting of the DAG, of its default arguments and of any call of the file; undefined where some cannot be known. */
  readonly settings: ReadonlySet<string> | undefined;
}

function defaults(document: PythonDocument, node: PyNode | undefined): readonly string[] | undefined {
  if (node === undefined) return [];
  const value = node.type === 'identifier' ? singleAssignment(document, node) : node;
  const known = value === undefined ? undefined : dictionaryOf(document, value);
  return known === undefined ? undefined : [...known.keys()];
}

/** Every DAG of the file with a schedule other than None. */
export const scheduledDags: (document: PythonDocument) => readonly ScheduledDag[] = fact((document) =>
  calls(document)
    .filter(({ name }) => DAG.test(name ?? ''))
    .flatMap((call): readonly ScheduledDag[] => {
      const schedule = argument(call, -1, 'schedule', 'schedule_interval', 'timetable');
      if (schedule === undefined || isConstant(document, schedule, null)) return [];
      const own = defaults(document, argument(call, -1, 'default_args'));
      const every = calls(document).flatMap(({ keywords }) => [...keywords.keys()]);
      const settings = call.spread || own === undefined ? undefined : new Set([...own, ...every]);
      return [{ call, id: stringOf(document, argument(call, 0, 'dag_id')) ?? document.path, settings }];
    }),
);
