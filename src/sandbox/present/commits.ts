import type { Context } from '../context.ts';
import { git } from '../git.ts';
import { nodeId } from '../lookup.ts';
import type { Repository } from '../state.ts';
import { apiOf, type Shape, webOf } from './basics.ts';

/** What a commit object says. */
export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** Reads commits by id or range, in git's order. */
export async function readCommits(repository: Repository, range: readonly string[]): Promise<readonly CommitFacts[]> {
  const out = await git(repository.git, [
    'log',
    '--no-show-signature',
    '-z',
    `--format=format:${FORMAT}%x00%x01`,
    ...range,
  ]);
  return out
    .toString()
    .split('\0\x01')
    .map((text) => text.replace(/^\0/, ''))
    .filter((text) => text !== '')
    .map(toFacts);
}

function toFacts(text: string): CommitFacts {
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] =
    text.split('\0');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: new Date(ad).toISOString() },
    committer: { name: cn, email: ce, date: new Date(cd).toISOString() },
    message: message.join('\0').trimEnd(),
  };
}

/** One commit, known to exist. */
export async function readCommit(repository: Repository, sha: string): Promise<CommitFacts> {
  const [facts] = await readCommits(repository, ['--max-count=1', sha]);
  if (facts === undefined) throw new Error(`no commit ${sha}`);
  return facts;
}

/** `simple-commit`. */
export function simpleCommit(facts: CommitFacts): Shape {
  const short = ({ name, email }: CommitFacts['author']) => ({ name, email });
  return {
    id: facts.sha,
    tree_id: facts.tree,
    message: facts.message,
    timestamp: facts.committer.date,
    author: short(facts.author),
    committer: short(facts.committer),
  };
}

const VERIFICATION = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** `git-commit`. */
export function gitCommitShape(context: Context, repository: Repository, facts: CommitFacts): Shape {
  const api = apiOf(context, repository);
  const web = webOf(context, repository);
  return {
    sha: facts.sha,
    node_id: nodeId('C', repository.id),
    url: `${api}/git/commits/${facts.sha}`,
    html_url: `${web}/commit/${facts.sha}`,
    author: facts.author,
    committer: facts.committer,
    tree: { sha: facts.tree, url: `${api}/git/trees/${facts.tree}` },
    message: facts.message,
    parents: facts.parents.map((sha) => ({ sha, url: `${api}/git/commits/${sha}`, html_url: `${web}/commit/${sha}` })),
    verification: VERIFICATION,
  };
}

/** `commit`, without its files. */
export function commitShape(context: Context, repository: Repository, facts: CommitFacts): Shape {
  const api = apiOf(context, repository);
  const web = webOf(context, repository);
  return {
    sha: facts.sha,
    node_id: nodeId('C', repository.id),
    url: `${api}/commits/${facts.sha}`,
    html_url: `${web}/commit/${facts.sha}`,
    comments_url: `${api}/commits/${facts.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${facts.sha}`,
      author: facts.author,
      committer: facts.committer,
      message: facts.message,
      comment_count: 0,
      tree: { sha: facts.tree, url: `${api}/git/trees/${facts.tree}` },
      verification: VERIFICATION,
    },
    author: null,
    committer: null,
    parents: facts.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${web}/commit/${sha}` })),
  };
}
