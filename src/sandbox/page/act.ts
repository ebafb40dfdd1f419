import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';
import { account } from '../lookup.ts';
import type { Account, CheckRun, PullRequest } from '../state.ts';
import { tellRun } from '../suites.ts';
import { postComment, setLabel, tellComment } from '../talk.ts';
import { addReply, addReview, firstOf } from '../threads.ts';
import { later } from '../webhooks.ts';
import { type Html, html } from './html.ts';
import { pathOf } from './pull.ts';

type Fields = Readonly<Record<string, string>>;

function hidden(fields: Fields): readonly Html[] {
  return Object.entries(fields).map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}">`);
}

/** A button that does something to a pull request. */
export function act(pull: PullRequest, fields: Fields, text: string): Html {
  return html`<form method="post" action="${pathOf(pull)}">${hidden(fields)}<button>${text}</button></form>`;
}

/** A folded box to write in. */
export function talkBox(pull: PullRequest, fields: Fields, text: string): Html {
  return html`<details class="talk"><summary>${text}</summary>
<form method="post" action="${pathOf(pull)}">${hidden(fields)}<textarea name="body" rows="3" required aria-label="${text}"></textarea><button>Send</button></form></details>`;
}

type Deed = (
  context: Context,
  pull: PullRequest,
  fields: URLSearchParams,
  visitor: Account,
) => Promise<unknown> | undefined;

const DEEDS: Readonly<Record<string, Deed>> = {
  label: (context, pull, fields, visitor) => setLabel(context, pull, fields.get('label') ?? '', true, visitor),
  unlabel: (context, pull, fields, visitor) => setLabel(context, pull, fields.get('label') ?? '', false, visitor),
  rerequest: (context, pull, fields, visitor) => {
    const run = runOf(pull, fields);
    return run === undefined ? undefined : tellRun(context, run, 'rerequested', visitor);
  },
  click: (context, pull, fields, visitor) => {
    const run = runOf(pull, fields);
    const identifier = fields.get('identifier') ?? '';
    if (run === undefined || !run.actions.some((action) => action.identifier === identifier)) return undefined;
    return tellRun(context, run, 'requested_action', visitor, { requested_action: { identifier } });
  },
  comment: (context, pull, fields, visitor) =>
    postComment(context, pull, visitor, false, fields.get('body') ?? '').told,
  reply: (context, pull, fields, visitor) => {
    const parent = pull.comments.find((comment) => comment.id === Number(fields.get('comment')));
    if (parent === undefined) return undefined;
    const review = addReview(context, pull, { user: visitor, byApp: false }, 'COMMENTED', '', pull.headSha);
    return tellComment(context, addReply(context, review, firstOf(parent), fields.get('body') ?? ''));
  },
};

function runOf(pull: PullRequest, fields: URLSearchParams): CheckRun | undefined {
  return pull.repository.runs.find((candidate) => candidate.id === Number(fields.get('run')));
}

/** Who presses the buttons of the pages. */
const VISITOR = 'visitor';

/** Does what a button says, as a person with write access, and leads back to the page. */
export function perform(context: Context, pull: PullRequest, body: Buffer): Answer {
  const fields = new URLSearchParams(body.toString());
  const visitor = account(context.state, VISITOR);
  pull.repository.levels.set(VISITOR, 'write');
  const kind = fields.get('act') ?? '';
  const done = Object.hasOwn(DEEDS, kind) ? DEEDS[kind]?.(context, pull, fields, visitor) : undefined;
  if (done !== undefined) later(context, done);
  const tab = kind === 'click' || kind === 'rerequest' ? '/checks' : '';
  return { status: 303, body: '', headers: { location: `${pathOf(pull)}${tab}` } };
}
