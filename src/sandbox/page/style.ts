/** The one style sheet; light and dark follow the reader's system. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --edge: #d3d9e0; --soft: #eef1f4; --text: #1c2228; --quiet: #55606c; --link: #0a58b5;
  --add: #e4f6e8; --add-edge: #b9e5c3; --del: #fdeaea; --del-edge: #f3c4c4; --hunk: #e6effa;
  --good: #1a6b34; --bad: #b3261e; --wait: #8a5a00; --calm: #55606c; --merged: #6b3fa0; --open: #1a6b34;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317; --card: #171c22; --edge: #303841; --soft: #20262d; --text: #e3e8ed; --quiet: #9ca7b3; --link: #79b4ff;
    --add: #12301c; --add-edge: #1f5130; --del: #3a1a1c; --del-edge: #6a2b2f; --hunk: #17263a;
    --good: #5cc97c; --bad: #ff8f87; --wait: #e2b04a; --calm: #9ca7b3; --merged: #c09bf0; --open: #5cc97c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; }
header.top { border-bottom: 1px solid var(--edge); background: var(--card); }
header.top div, main { max-width: 62rem; margin: 0 auto; padding: .7rem 1.25rem; }
header.top a { color: inherit; font-weight: 600; text-decoration: none; } header.top span { color: var(--quiet); }
main { padding-block: 1.5rem 5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; font-weight: 600; } h1 .number { color: var(--quiet); font-weight: 400; }
h2 { font-size: 1.15rem; margin: 2rem 0 .7rem; } h3 { font-size: 1rem; margin: 0; }
.quiet { color: var(--quiet); } .mono, code, pre { font-family: var(--mono); font-size: .86em; }
.badge { display: inline-block; padding: .1rem .65rem; border: 1px solid currentColor; border-radius: 2rem; font-size: .82rem; font-weight: 600; }
.badge.open { color: var(--open); } .badge.closed { color: var(--bad); } .badge.merged { color: var(--merged); } .badge.draft { color: var(--calm); }
.badge.small { font-size: .72rem; padding: 0 .45rem; font-weight: 500; color: var(--quiet); }
.labels { display: inline-flex; gap: .35rem; flex-wrap: wrap; } .tag { background: var(--soft); border: 1px solid var(--edge); border-radius: 2rem; padding: 0 .6rem; font-size: .8rem; }
.meta { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin-bottom: 1.1rem; }
nav.tabs { display: flex; gap: .3rem; border-bottom: 1px solid var(--edge); margin-bottom: 1.4rem; }
nav.tabs a { padding: .5rem .9rem; text-decoration: none; color: var(--quiet); border-bottom: 2px solid transparent; margin-bottom: -1px; }
nav.tabs a[aria-current] { color: var(--text); border-color: var(--link); font-weight: 600; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; margin: 0 0 1rem; overflow: hidden; }
.card > header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .5rem .9rem; background: var(--soft); border-bottom: 1px solid var(--edge); }
.body { padding: .8rem .95rem; overflow-wrap: anywhere; }
.face { width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--edge); color: var(--text); font-size: .7rem; font-weight: 700; display: inline-grid; place-items: center; flex: none; }
.event { display: flex; gap: .6rem; align-items: center; color: var(--quiet); margin: 0 0 1rem .9rem; }
.thread { border: 1px solid var(--edge); border-radius: 8px; background: var(--card); margin: 0 0 1rem 1.6rem; overflow: hidden; }
.thread > summary, .thread > header { padding: .45rem .9rem; background: var(--soft); cursor: pointer; display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
.thread > header { cursor: default; } .thread .comment + .comment { border-top: 1px solid var(--edge); }
.comment { padding: .7rem .95rem; overflow-wrap: anywhere; } .comment > header { display: flex; gap: .5rem; align-items: center; margin-bottom: .35rem; flex-wrap: wrap; }
.diff { width: 100%; border-collapse: collapse; font-family: var(--mono); font-size: .82rem; line-height: 1.5; table-layout: fixed; }
.diff col.n { width: 3.2rem; } .diff td { padding: 0 .6rem; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff td.n { text-align: right; color: var(--quiet); user-select: none; padding-right: .5rem; font-variant-numeric: tabular-nums; }
.diff tr.add td { background: var(--add); } .diff tr.del td { background: var(--del); } .diff tr.hunk td { background: var(--hunk); color: var(--quiet); }
.diff td.note { background: var(--page); padding: .7rem; white-space: normal; font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif; }
.diff td.note .thread { margin: 0; } .diff td.note > * + * { margin-top: .6rem !important; }
.annotation { border: 1px solid var(--edge); border-left: 4px solid var(--calm); border-radius: 6px; background: var(--card); padding: .5rem .8rem; overflow-wrap: anywhere; }
.annotation.failure { border-left-color: var(--bad); } .annotation.warning { border-left-color: var(--wait); }
.annotation p { margin: .2rem 0 0; white-space: pre-wrap; } .annotations { display: grid; gap: .6rem; padding: 0; list-style: none; }
.state { font-weight: 600; } .state.success { color: var(--good); } .state.failure, .state.timed_out { color: var(--bad); } .state.neutral, .state.skipped, .state.cancelled { color: var(--calm); } .state.in_progress, .state.queued, .state.action_required { color: var(--wait); }
.prose > :first-child { margin-top: 0; } .prose > :last-child { margin-bottom: 0; }
.prose h1, .prose h2 { font-size: 1.15rem; border-bottom: 1px solid var(--edge); padding-bottom: .25rem; margin: 1.4rem 0 .6rem; } .prose h3 { font-size: 1rem; margin: 1.1rem 0 .4rem; }
.prose p, .prose ul, .prose ol { margin: .5rem 0; } .prose ul, .prose ol { padding-left: 1.5rem; }
.prose code { background: var(--soft); padding: .1em .35em; border-radius: 4px; } .prose pre { background: var(--soft); padding: .7rem .9rem; border-radius: 6px; overflow-x: auto; } .prose pre code { padding: 0; background: none; }
.prose table { border-collapse: collapse; display: block; overflow-x: auto; margin: .7rem 0; } .prose th, .prose td { border: 1px solid var(--edge); padding: .3rem .7rem; text-align: left; vertical-align: top; } .prose th { background: var(--soft); }
.prose blockquote { border-left: 3px solid var(--edge); margin: .6rem 0; padding: 0 .9rem; color: var(--quiet); } .prose img { max-width: 100%; }
.prose details { margin: .5rem 0; } .prose summary { cursor: pointer; color: var(--quiet); } .prose hr { border: 0; border-top: 1px solid var(--edge); }
.suggestion { border: 1px solid var(--edge); border-radius: 6px; margin: .6rem 0; overflow: hidden; } .suggestion .label { display: block; padding: .2rem .7rem; background: var(--soft); font-size: .8rem; color: var(--quiet); }
.prose .suggestion pre { margin: 0; padding: 0; background: none; border-radius: 0; } .suggestion pre > span { display: block; padding: .05rem .7rem; white-space: pre-wrap; }
 .suggestion .del { background: var(--del); } .suggestion .ins { background: var(--add); }
.actions { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; } form { display: inline; } button { font: inherit; font-size: .88rem; padding: .3rem .8rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--card); color: var(--text); cursor: pointer; } button:hover { background: var(--soft); }
.body > p:first-child, p.body { margin-top: 0; } p.body { margin-bottom: 0; } .body > hr { border: 0; border-top: 1px solid var(--edge); margin: 1rem 0; } .body .actions { margin-top: .9rem; }
.talk { padding: .5rem .95rem; border-top: 1px solid var(--edge); } main > .talk { border: 0; padding: 0; } .talk summary { cursor: pointer; color: var(--quiet); width: max-content; } .talk form { display: grid; gap: .5rem; justify-items: start; margin-top: .5rem; }
textarea { width: 100%; font: inherit; padding: .5rem .7rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--page); color: var(--text); resize: vertical; }
.dot { display: inline-block; width: .8em; height: .8em; border-radius: 50%; vertical-align: -.05em; box-shadow: inset 0 0 0 1px rgb(0 0 0 / .25); } .dot.red { background: #d92d20; } .dot.orange { background: #ef7d1a; } .dot.yellow { background: #f2c63c; } .dot.blue { background: #2f7de1; } .dot.green { background: #2f9e44; } .dot.white { background: #f2f2f2; }
ul.pulls { list-style: none; margin: 0; padding: 0; } ul.pulls li { padding: .75rem .95rem; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; } ul.pulls li + li { border-top: 1px solid var(--edge); } ul.pulls a { font-weight: 600; color: var(--text); }
.empty { padding: 2.5rem 1rem; text-align: center; color: var(--quiet); }
`;
