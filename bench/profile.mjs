// Where the CPU time of a review goes: node bench/profile.mjs FOLDER prints milliseconds for parsing, each family of facts and each check.
// Whoever asks for a document or a fact first pays for it, so a check's time includes what it was the first to ask for.
import { Session } from 'node:inspector';
import { built } from './built.mjs';
import { table } from './stage.mjs';

const { createEngine } = await built('engine.js');
const { readFolder } = await built('git/folder.js');
const { DEFAULT_SETTINGS } = await built('core/settings.js');

const { snapshot } = await readFolder(process.argv[2] ?? '.');
// Nothing is kept between the rounds, so that each parses everything anew.
const forgetful = { get: () => undefined, set: () => undefined };
const engine = await createEngine(forgetful);
const review = () => engine.review({ snapshot, settings: DEFAULT_SETTINGS });
review();
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
const begun = process.cpuUsage();
review();
const { user, system } = process.cpuUsage(begun);
session.post('Profiler.stop', (error, { profile }) => {
  if (error) throw error;
  report(profile);
});

/** The groups a function counts in, by the file it is written in. */
function groupOf({ functionName, url }) {
  const path = url.replace(/^.*\/dist\//, '');
  if (path === 'documents/parse.js' && functionName === 'parse') return 'parsing';
  const [room, family] = path.split('/');
  return room === 'facts' || room === 'checks'
    ? path
        .replace(/\.js$/, '')
        .split('/')
        .slice(0, room === 'facts' ? 2 : 3)
        .join('/')
    : `${room === path ? 'other' : room}/${family ?? ''}`;
}

function report({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const spent = new Map();
  samples.forEach((id, n) => {
    const groups = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) groups.add(groupOf(byId.get(at).callFrame));
    for (const group of groups) spent.set(group, (spent.get(group) ?? 0) + timeDeltas[n]);
  });
  console.log(
    `${((user + system) / 1000).toFixed(0)} ms of CPU for the review, ${engine.panel.checks.length} checks\n`,
  );
  for (const title of ['parsing', 'facts/', 'checks/']) {
    const rows = [...spent]
      .filter(([group]) => group.startsWith(title))
      .sort((a, b) => b[1] - a[1])
      .slice(0, 40);
    console.log(
      `${table([[title.replace('/', ''), 'ms'], ...rows.map(([group, us]) => [group, (us / 1000).toFixed(1)])])}\n`,
    );
  }
}
