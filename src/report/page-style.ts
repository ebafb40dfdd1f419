/** The style of the page. Colours are set once for each scheme; everything else uses their names. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f6f5f2;--paper:#fff;--ink:#1d1c1a;--soft:#5d5a54;--line:#e2dfd8;--faint:#efede8;--link:#1f4fbf;--focus:#1f4fbf;
--critical:#b3123b;--critical-soft:#fde8ec;--high:#b4420a;--high-soft:#fdeee3;--medium:#85620a;--medium-soft:#faf2d9;--low:#2458b8;--low-soft:#e7eefb;
--good:#1a6b3c;--good-soft:#e4f4ea;--mark:#fbe3a1;
--data:#2f6f9f;--training:#7a4fb0;--validation:#9a6a12;--deployment:#1a7a5e;--monitoring:#b0446b;--other:#6b6860}
@media (prefers-color-scheme:dark){:root{--ground:#151513;--paper:#1e1e1b;--ink:#ecebe6;--soft:#a6a39a;--line:#35342f;--faint:#282723;--link:#8fb4ff;--focus:#8fb4ff;
--critical:#ff8aa3;--critical-soft:#43192a;--high:#ffa26b;--high-soft:#422413;--medium:#e6c355;--medium-soft:#383011;--low:#8fb4ff;--low-soft:#1c2a47;
--good:#77cf98;--good-soft:#173323;--mark:#6b5410;
--data:#7dbbe8;--training:#c3a1f0;--validation:#e0b65c;--deployment:#6fd0b0;--monitoring:#f097b8;--other:#a6a39a}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}
section{margin-top:44px}
h1{font-size:27px;line-height:1.3;font-weight:650;letter-spacing:-.012em;margin:10px 0 6px;overflow-wrap:anywhere}
h2{font-size:20px;font-weight:650;letter-spacing:-.008em;margin:0 0 14px;scroll-margin-top:16px}
h3{font-size:16px;font-weight:600;line-height:1.45;margin:0 0 6px;overflow-wrap:anywhere}
section>h3{margin-top:18px}
h4{font-size:12px;font-weight:600;letter-spacing:.04em;text-transform:uppercase;color:var(--soft);margin:14px 0 4px}
p{margin:0 0 10px;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
code,pre{font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
code{font-size:.875em;background:var(--faint);border-radius:4px;padding:.1em .32em;overflow-wrap:anywhere}
pre code,summary code{background:none;padding:0;font-size:inherit}
.eyebrow{font-size:13px;color:var(--soft);display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 16px;margin:0}
.why{color:var(--soft);font-size:17px;margin:0}
.warn{margin:10px 0 0;color:var(--medium)}
.quiet,.small{color:var(--soft);font-size:14px}
.verdict{display:inline-block;font-size:.7em;font-weight:650;letter-spacing:.01em;border-radius:7px;padding:.18em .6em;vertical-align:.14em;margin-right:.2em;background:var(--faint);color:var(--soft)}
.verdict.block{background:var(--critical-soft);color:var(--critical)}
.verdict.advise,.verdict.incomplete{background:var(--medium-soft);color:var(--medium)}
.verdict.pass{background:var(--good-soft);color:var(--good)}
.tiles{display:flex;flex-wrap:wrap;gap:10px;list-style:none;margin:22px 0 0;padding:0}
.tile{border-radius:10px;padding:8px 16px;font-size:14px}
.tile b{font-size:21px;font-weight:650;margin-right:5px;font-variant-numeric:tabular-nums}
.critical.tile,.badge.critical{background:var(--critical-soft);color:var(--critical)}
.high.tile,.badge.high{background:var(--high-soft);color:var(--high)}
.medium.tile,.badge.medium{background:var(--medium-soft);color:var(--medium)}
.low.tile,.badge.low{background:var(--low-soft);color:var(--low)}
.badge{display:inline-block;font-size:12px;font-weight:600;border-radius:6px;padding:1px 8px;white-space:nowrap}
.badge.plain,.badge.none{background:var(--faint);color:var(--soft)}
.state{font-size:13px;font-weight:600;white-space:nowrap;color:var(--soft)}
.state::before{content:"–";display:inline-block;width:1.1em}
.state.evidenced,.state.automated,.state.documented{color:var(--good)}
.state.evidenced::before,.state.automated::before,.state.documented::before{content:"✓"}
.state.contradicted{color:var(--critical)}
.state.contradicted::before{content:"✕"}
.cards{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));list-style:none;margin:0;padding:0}
.cards.four{grid-template-columns:repeat(auto-fit,minmax(min(100%,245px),1fr))}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px}
.columns{columns:330px;column-gap:14px}
.columns .card{break-inside:avoid;margin-bottom:14px}
.card p:last-child,.card ul:last-child{margin-bottom:0}
.card header{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:baseline;margin-bottom:4px}
.card header h3{margin:0 auto 0 0}
.cards.four h3{margin-top:6px}
ul.evidence,ul.plainlist{list-style:none;margin:6px 0;padding:0;font-size:14px}
ul.evidence li,ul.plainlist li{margin:3px 0;overflow-wrap:anywhere}
ul.plainlist li p{margin:0}
.place{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:14px;background:var(--paper);border:1px solid var(--line);border-radius:12px;border-spacing:0;border-collapse:separate;overflow:hidden}
caption{text-align:left;color:var(--soft);font-size:14px;padding:0 0 8px}
th,td{text-align:left;vertical-align:top;padding:9px 14px;border-top:1px solid var(--line);font-weight:400}
tr:first-child>*{border-top:0}
tbody tr:first-child>*{border-top:1px solid var(--line)}
table:not(:has(thead)) tbody tr:first-child>*{border-top:0}
thead th,thead td{color:var(--soft);font-size:13px;background:var(--faint)}
tbody th{font-weight:600}
td>ul.evidence:first-child,td>ul.plainlist:first-child{margin-top:0}
tr:target>*{background:var(--mark)}
.scroll{overflow-x:auto;margin-bottom:18px}
.matrix{table-layout:fixed;min-width:680px}
.matrix th[scope=row]{width:190px;vertical-align:middle}
.matrix td{padding:6px}
.matrix thead th{text-align:center}
.matrix .none{text-align:center;vertical-align:middle;color:var(--soft)}
.cell{display:block;text-align:center;text-decoration:none;border-radius:8px;padding:6px 4px;font-weight:650;font-size:17px;line-height:1.2}
.cell small{display:block;font-size:12px;font-weight:500}
.cell.critical{background:var(--critical-soft);color:var(--critical)}
.cell.high{background:var(--high-soft);color:var(--high)}
.cell.medium{background:var(--medium-soft);color:var(--medium)}
.cell.low{background:var(--low-soft);color:var(--low)}
.cell:hover{box-shadow:inset 0 0 0 2px currentColor}
.stages{min-width:760px}
.map{overflow:auto;background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:8px;max-height:640px}
.map svg{display:block;margin:0 auto;height:auto;max-width:max(100%,860px)}
.map svg.wide{max-width:none}
.map text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink)}
.edge path{fill:none;stroke:var(--soft);stroke-width:1.4;opacity:.75}
.map .edge text{font-size:11.5px;fill:var(--soft);stroke:var(--paper);stroke-width:5px;paint-order:stroke;stroke-linejoin:round}
.arrow{fill:var(--soft)}
.node{text-decoration:none;cursor:pointer;--stage:var(--other)}
.node rect{fill:var(--paper);stroke:var(--line);stroke-width:1.5}
.node .stripe{fill:var(--stage)}
.map .node .kind{font-size:11.5px;fill:var(--stage)}
.map .node .name{font-size:14px;font-weight:600}
.map .node .wired{fill:var(--good)}
.map .node .lost{font-size:11.5px;fill:var(--critical)}
.node.broken rect{stroke:var(--critical);stroke-dasharray:5 4}
.node:hover rect,.node:focus rect{stroke:var(--focus);stroke-width:2}
.node:focus-visible{outline:none}
.of-data{--stage:var(--data)}.of-training{--stage:var(--training)}.of-validation{--stage:var(--validation)}.of-deployment{--stage:var(--deployment)}.of-monitoring{--stage:var(--monitoring)}
.map.tracing .node:not(.near),.map.tracing .edge:not(.near){opacity:.25}
.fold{margin-top:12px}
.fold summary{cursor:pointer;color:var(--link);font-size:14px;width:max-content;max-width:100%}
.fold table{margin-top:12px}
.filters{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:14px 18px;display:flex;flex-wrap:wrap;gap:12px 28px;margin-bottom:12px}
.filters[hidden]{display:none}
fieldset{border:0;margin:0;padding:0;min-width:0;display:flex;flex-wrap:wrap;gap:6px;align-items:center}
legend{font-size:13px;color:var(--soft);padding:0;margin-bottom:5px}
.chip input{position:absolute;opacity:0;width:1px;height:1px}
.chip span{display:inline-block;border:1px solid var(--line);border-radius:999px;padding:3px 12px;font-size:14px;cursor:pointer;user-select:none}
.chip span:hover{border-color:var(--soft)}
.chip input:checked+span{background:var(--ink);border-color:var(--ink);color:var(--paper)}
.chip input:focus-visible+span{outline:2px solid var(--focus);outline-offset:2px}
.tail{display:flex;flex-wrap:wrap;gap:10px;align-items:end}
.search{font-size:13px;color:var(--soft);display:grid;gap:5px}
input[type=search]{font:14px system-ui,sans-serif;color:var(--ink);background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:5px 10px;width:190px}
button{font:14px system-ui,sans-serif;color:var(--ink);background:var(--faint);border:1px solid var(--line);border-radius:8px;padding:5px 12px;cursor:pointer}
.finding{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 20px;margin-bottom:14px;scroll-margin-top:16px}
.finding[hidden]{display:none}
.finding header{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;margin-bottom:8px}
.tags{color:var(--soft);font-size:14px}
.where{display:flex;flex-wrap:wrap;gap:2px 12px;justify-content:space-between;font-size:14px;margin-bottom:10px}
.frame{background:var(--ground);border:1px solid var(--line);border-radius:8px;margin:0 0 10px;padding:8px 0;overflow-x:auto;font-size:13px;line-height:1.6;tab-size:4}
.frame code{display:grid;width:max-content;min-width:100%}
.line{display:flex;padding-right:14px}
.line.flagged{background:var(--faint)}
.number{flex:none;width:52px;padding-right:14px;text-align:right;color:var(--soft);user-select:none}
.code{white-space:pre}
mark{background:var(--mark);color:inherit;border-radius:3px}
.fix{font-size:15px}
.fix>strong{font-weight:600;float:left;margin-right:8px}
.fix p{margin:0 0 6px}
.fix p:last-child{margin:0}
.suggestion{background:var(--good-soft);border-radius:8px;padding:8px 14px;margin:6px 0;overflow-x:auto;font-size:13px}
.finding>p.quiet{margin:6px 0 0}
.conflict{margin-bottom:14px}
.versus{display:grid;grid-template-columns:1fr auto 1fr;gap:14px;align-items:center;margin:10px 0}
.versus>span{color:var(--soft);font-size:13px}
.side{align-self:stretch;background:var(--ground);border-radius:10px;padding:12px 16px}
.side h4{margin-top:0}
.side p{margin:0}
.ask{background:var(--medium-soft);border-radius:10px;padding:12px 16px;margin-top:10px}
.options{margin:6px 0 0;padding-left:20px}
.levels{display:flex;list-style:none;margin:0 0 14px;padding:0;gap:4px}
.levels li{flex:1;text-align:center;padding:9px 6px;font-size:14px;background:var(--faint);color:var(--soft);line-height:1.3}
.levels li:first-child{border-radius:10px 0 0 10px}.levels li:last-child{border-radius:0 10px 10px 0}
.levels .now{background:var(--ink);color:var(--paper);font-weight:600}
.levels .before{box-shadow:inset 0 0 0 1.5px var(--soft)}
.levels small{display:block;font-size:12px;font-weight:400}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:24px}
.two ol{margin:0;padding-left:20px}
.pips{max-width:100%}
.score th,.score td{padding:9px 10px}
.score td:last-child{text-align:right;font-variant-numeric:tabular-nums}
.score .least th{color:var(--critical)}
.pip{fill:var(--line)}.pip.full{fill:var(--ink)}
footer{margin-top:52px;color:var(--soft);font-size:13px}
@media (max-width:720px){main{padding:24px 16px 48px}h1{font-size:22px}.two,.versus{grid-template-columns:minmax(0,1fr)}.versus>span{justify-self:center}.levels{flex-wrap:wrap}.levels li{flex:1 1 40%;border-radius:8px!important}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{body{background:#fff}.filters{display:none}.finding,.card{break-inside:avoid}}
`;
