import type { Answer } from '../http.ts';
import type { Account } from '../state.ts';
import { type Html, html, trusted } from './html.ts';
import { STYLE } from './style.ts';

/** A whole page. */
export function document(title: string, crumbs: Html, content: Html, status = 200): Answer {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top"><div><a href="/">Sandbox</a> ${crumbs}</div></header>
<main id="content">${content}</main>
</body>
</html>`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  };
  return { status, body: page.html, headers };
}

/** A round sign with a person's initials. */
export function face(account: Account): Html {
  return html`<span class="face" aria-hidden="true">${account.login.slice(0, 2).toUpperCase()}</span>`;
}

/** A person's name, marked when it is a bot. */
export function name(account: Account): Html {
  const login = account.login.replace(/\[bot\]$/, '');
  return html`<strong>${login}</strong>${account.type === 'Bot' ? html` <span class="badge small">bot</span>` : ''}`;
}

/** A time, short. */
export function time(at: string): Html {
  return html`<time class="quiet" datetime="${at}">${at.slice(0, 16).replace('T', ' ')}</time>`;
}

const SIGNS: Readonly<Record<string, string>> = {
  success: '✓',
  failure: '✗',
  timed_out: '✗',
  neutral: '■',
  skipped: '⊘',
  cancelled: '⊘',
  action_required: '!',
  in_progress: '●',
  queued: '○',
};

/** A check's conclusion or status in a sign and a word. */
export function state(word: string): Html {
  return html`<span class="state ${word}"><span aria-hidden="true">${SIGNS[word] ?? '?'}</span> ${word.replaceAll('_', ' ')}</span>`;
}
