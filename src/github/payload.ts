import { z } from 'zod';

/** The parts of webhook payloads that are used, and no more; everything else may change without notice. */

const repository = z.object({ name: z.string(), owner: z.object({ login: z.string() }) });
const installation = z.object({ id: z.number() });
const common = { repository, installation };
const user = z.object({ login: z.string(), type: z.string() });
const pull = z.object({ number: z.number(), updated_at: z.string(), head: z.object({ sha: z.string() }) });
const pulls = z.array(z.object({ number: z.number(), head: z.object({ sha: z.string() }) }));
const app = z.object({ id: z.number() }).nullish();

export const pullRequestEvent = z.object({
  ...common,
  action: z.string(),
  pull_request: pull,
  label: z.object({ name: z.string() }).nullish(),
  changes: z.object({ base: z.unknown().optional() }).optional(),
});

export const checkRunEvent = z.object({
  ...common,
  action: z.string(),
  sender: user,
  check_run: z.object({ head_sha: z.string(), external_id: z.string().nullish(), app, pull_requests: pulls }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});

export const checkSuiteEvent = z.object({
  ...common,
  action: z.string(),
  check_suite: z.object({ head_sha: z.string(), app, pull_requests: pulls }),
});

export const mergeGroupEvent = z.object({
  ...common,
  action: z.string(),
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string(), base_sha: z.string(), base_ref: z.string() }),
});

const comment = z.object({ id: z.number(), body: z.string(), user: user.nullable() });

export const reviewCommentEvent = z.object({
  ...common,
  action: z.string(),
  pull_request: pull,
  comment: comment.extend({ in_reply_to_id: z.number().nullish() }),
});

export const repositoryEvent = z.object({ ...common, action: z.string() });

export const issueCommentEvent = z.object({
  ...common,
  action: z.string(),
  issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }),
  comment,
});
