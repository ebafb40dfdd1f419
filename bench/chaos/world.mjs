// Repositories with pull requests that the panel has something to say about, and what must be true of them in the end.
import { built } from '../built.mjs';
import { appProcess, freePort, SECRET, scratch, startRedis } from '../stage.mjs';

const { startSandbox } = await built('sandbox/sandbox.js');
const { readMarker } = await built('github/marker.js');

/** Trials do not wait as long as the service does. */
export const QUICK = {
  throttle: false,
  patience: 10_000,
  lockMs: 6_000,
  reconcileMs: 3_000,
  queue: { debounceMs: 100, attempts: 5, backoff: { firstMs: 200, capMs: 2_000 }, turnMs: 60_000, graceMs: 2_000 },
};

/** A file with three findings; the number makes every push another commit. */
export const source = (number) => `import torch
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

STEP = ${number}
scaler = StandardScaler()
X = scaler.fit_transform(X)
X_train, X_test = train_test_split(X)
model = torch.load("model.pt", weights_only=False)
`;

/** GitHub, perhaps Redis, and processes of the App. `roles` like { receiver: 1, worker: 2 }. */
export async function world({ roles, tuning = QUICK, withRedis = true, env, wrap }) {
  const { folder, remove } = await scratch();
  const port = await freePort();
  const sandbox = await startSandbox({
    webhook: { url: `http://127.0.0.1:${port}/api/github/webhooks`, secret: SECRET },
    limits: { requestsPerHour: 1e9, writesPerMinute: 1e9, webhookMs: 5_000 },
  });
  const redis = withRedis ? await startRedis(folder) : undefined;
  const processes = [];
  for (const [role, count] of Object.entries(roles)) {
    for (let n = 1; n <= count; n += 1) {
      const own = role === 'worker' ? await freePort() : port;
      processes.push(appProcess({ role, sandbox, redis, folder, tuning, env, wrap, name: `${role}-${n}`, port: own }));
    }
  }
  await Promise.all(processes.map((each) => each.start()));
  return {
    sandbox,
    target: `http://127.0.0.1:${port}/api/github/webhooks`,
    redis,
    processes,
    folder,
    async end(keep = false) {
      await Promise.all(processes.map((each) => each.stop()));
      await redis?.stop();
      await sandbox.close();
      if (!keep) await remove();
    },
  };
}

export async function openPull(repository, branch, number, labels = ['ml-review']) {
  await repository.commit(branch, { files: { [`${branch}.py`]: source(number) } });
  return repository.openPullRequest({ head: branch, labels });
}

const DONE = new Set(['success', 'neutral', 'failure']);
export const finished = (runs) =>
  runs.filter(({ status, conclusion }) => status === 'completed' && DONE.has(conclusion));
export const unfinished = (runs) => runs.filter(({ status }) => status !== 'completed');

/** True when the present head has its result and nothing on it is still running. */
export const settled = (pull) => finished(pull.checkRuns()).length > 0 && unfinished(pull.checkRuns()).length === 0;

/** Fingerprints that stand in more than one comment of the pull request. */
export async function doubled(pull) {
  const seen = new Map();
  for (const { body, inReplyTo } of await pull.reviewComments()) {
    if (inReplyTo !== null) continue;
    for (const print of readMarker(body)?.fingerprints ?? []) seen.set(print, (seen.get(print) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([print]) => print);
}

/** More than one result; with `again`, only where they do not say the same. */
const differ = (runs, again) => {
  const results = finished(runs).map(({ conclusion, title }) => `${conclusion} ${title}`);
  return again ? new Set(results).size > 1 : results.length > 1;
};

/** What must be true of pull requests and of all heads that they ever had. `again`: a head may have the same result twice. */
export async function judge(pulls, heads, { again = false } = {}) {
  const broken = { 'no result': 0, 'more than one result': 0, 'left running': 0, 'comment twice': 0, 'no comment': 0 };
  for (const pull of pulls) {
    const runs = pull.checkRuns();
    if (finished(runs).length === 0) broken['no result'] += 1;
    if (differ(runs, again)) broken['more than one result'] += 1;
    broken['left running'] += unfinished(runs).length;
    broken['comment twice'] += (await doubled(pull)).length;
    if ((await pull.reviewComments()).length === 0) broken['no comment'] += 1;
  }
  const old = { 'left running on an older head': 0, 'more than one result on an older head': 0 };
  for (const { repository, sha } of heads) {
    const runs = repository.checkRuns(sha);
    old['left running on an older head'] += unfinished(runs).length;
    if (differ(runs, again)) old['more than one result on an older head'] += 1;
  }
  const all = Object.entries({ ...broken, ...old });
  const wrong = all.filter(([, count]) => count > 0);
  return {
    ok: wrong.length === 0,
    found:
      wrong.length === 0
        ? `${pulls.length} pull requests, ${heads.length} heads`
        : wrong.map(([what, count]) => `${count} ${what}`).join(', '),
  };
}
