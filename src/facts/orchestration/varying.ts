import { type PyNode, walk } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { callAt } from '../python/calls.ts';
import { singleAssignment } from '../python/reaching.ts';

const CLOCK = new Set([
  'datetime.datetime.now',
  'datetime.datetime.utcnow',
  'datetime.datetime.today',
  'datetime.date.today',
  'pendulum.now',
  'pendulum.today',
  'time.time',
  'airflow.utils.timezone.utcnow',
  'airflow.utils.dates.days_ago',
  'pandas.Timestamp.now',
  'pandas.Timestamp.today',
  'pandas.Timestamp.utcnow',
]);
const CHANCE = new Set(['uuid.uuid1', 'uuid.uuid4', 'random.random', 'random.randint', 'random.choice']);

function found(document: PythonDocument, value: PyNode, wanted: (name: string) => boolean): PyNode | undefined {
  const source = value.type === 'identifier' ? (singleAssignment(document, value) ?? value) : value;
  for (const node of walk(source)) {
    const name = node.type === 'call' ? callAt(document, node)?.name : undefined;
    if (name !== undefined && wanted(name)) return node;
  }
  return undefined;
}

/** The call inside an expression that asks the clock, seen through a variable that is assigned once. */
export const clockCall = (document: PythonDocument, value: PyNode): PyNode | undefined =>
  found(document, value, (name) => CLOCK.has(name));

/** The call inside an expression whose answer differs from one run of the file to the next: clock, random numbers, random ids. */
export const varyingCall = (document: PythonDocument, value: PyNode): PyNode | undefined =>
  found(document, value, (name) => CLOCK.has(name) || CHANCE.has(name));

/** True for a call that asks the clock. */
export const asksClock = (name: string | undefined): boolean => name !== undefined && CLOCK.has(name);
