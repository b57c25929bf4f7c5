/** Details of a key stand under its whole row: its heading spans the row, and the other cells keep their columns. */
const COLUMNS = Array.from(
  { length: 11 },
  (_, n) => `tr:has(details[open])>td:nth-child(${n + 2}){grid-area:1/${n + 2}}`,
);

/** The page's one style sheet: light, dark, and for paper. Colours tell by meaning, and never alone: shapes and words say the same. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f6f8;--line:#dde0e5;--text:#1a1d21;--dim:#59616b;--link:#1b57a6;--read:#4a6078;--write:#8f5a00;--delete:#b3261e;--life:#9aa9ba;--over:#c77700;--due:#1b57a6;--bad:#b3261e;--near:#855300;--bar:#5b7fa8;--on:#fff}
@media screen and (prefers-color-scheme:dark){:root{--bg:#14171b;--soft:#1c2127;--line:#323a44;--text:#e3e6ea;--dim:#9aa4b0;--link:#8ab8f5;--read:#9db4cc;--write:#e2a63c;--delete:#ff8a80;--life:#566575;--over:#e2a63c;--due:#8ab8f5;--bad:#ff8a80;--near:#e2a63c;--bar:#6f97c4;--on:#14171b}}
*{box-sizing:border-box}
html{scroll-padding-top:8.5rem}
body{margin:0 auto;padding:0 1.25rem 3rem;max-width:96rem;background:var(--bg);color:var(--text);font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;line-height:1.2;margin:1.5rem 0 .25rem;font-weight:650;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:2.25rem 0 .25rem;font-weight:650}
p{margin:.25rem 0;max-width:75rem}
a{color:var(--link);text-decoration-color:color-mix(in srgb,currentColor 35%,transparent);text-underline-offset:2px}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--link);outline-offset:1px}
code{font:12px/1.4 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;overflow-wrap:anywhere}
header p,.lead,.dim,.means{color:var(--dim)}
.lead{margin-bottom:.6rem}
.bad{color:var(--bad)}.near{color:var(--near)}
.nb{white-space:nowrap}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.25rem .5rem;z-index:9}
nav ul{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;margin:.5rem 0 0;padding:0}
#filter{position:sticky;top:0;z-index:5;background:var(--bg);padding:.6rem 0;border-bottom:1px solid var(--line);margin-top:.75rem}
.fields{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin-bottom:.5rem}
.fields label{color:var(--dim)}
input,select,button{font:inherit;color:var(--text);background:var(--bg);border:1px solid var(--line);border-radius:4px;padding:.25rem .5rem}
input{width:17rem;max-width:60vw}
button{cursor:pointer}button:hover:not(:disabled){background:var(--soft)}
#n{margin-left:auto;font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.4rem}
.tile{color:var(--text)}.tile b{font-size:1.15em}
.tile.bad b{color:var(--bad)}.tile.near b{color:var(--near)}
.tile:disabled{color:var(--dim);cursor:default}
.tile[aria-pressed=true]{background:var(--text);border-color:var(--text);color:var(--bg)}.tile[aria-pressed=true] b{color:inherit}
.means{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;margin-top:.5rem}.means b{color:var(--text);font-weight:600}
section{content-visibility:auto;contain-intrinsic-size:auto 45rem}
.scroll{position:relative;overflow:auto;max-height:36rem;border:1px solid var(--line);border-radius:6px}
table{display:block;min-width:64rem}
thead{display:block;position:sticky;top:0;z-index:2;background:var(--soft)}
tbody{display:block}
tr{display:grid;border-bottom:1px solid var(--line)}
tbody tr{content-visibility:auto;contain-intrinsic-size:auto 1.75rem;scroll-margin-top:2.5rem}
tbody tr:last-child{border-bottom:0}
#keys tr{grid-template-columns:minmax(0,2.9fr) minmax(0,2.2fr) 6rem repeat(6,5.6rem) minmax(0,1.7fr) 6.2rem 5.6rem}
#keys thead .m{font-size:12px;padding:.3rem 0}
tr:has(details[open])>th{grid-area:1/1/2/-1}
${COLUMNS.join("")}
details[open]>summary{max-width:13rem}
#timeline tr{grid-template-columns:minmax(0,2.2fr) 11rem 11.5rem minmax(0,5fr)}
#use tr{grid-template-columns:minmax(0,2.2fr) 7rem 7.5rem 7rem minmax(0,5fr)}
#unneeded tr{grid-template-columns:minmax(0,2.2fr) 9rem minmax(0,1.8fr) minmax(0,5fr)}
th,td{text-align:left;vertical-align:top;padding:.22rem .6rem;font-weight:400}
thead th{color:var(--dim);font-weight:600;vertical-align:bottom;white-space:nowrap}
tbody th{overflow-wrap:anywhere;font-weight:550}
tbody td{overflow-wrap:anywhere}
tbody tr:hover{background:var(--soft)}
tbody tr:target{background:color-mix(in srgb,var(--link) 14%,var(--bg))}
tr.wide>th{box-shadow:inset 3px 0 var(--bad)}
.sort{all:unset;cursor:pointer;white-space:nowrap}.sort:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.sort::after{position:absolute;padding-left:.2em}
[aria-sort=ascending] .sort::after{content:"↑"}[aria-sort=descending] .sort::after{content:"↓"}
.n{text-align:right}
.m{white-space:nowrap;text-align:center;padding-left:.35rem;padding-right:.35rem}
.g{display:inline-block;width:1.35em;height:1.35em;line-height:1.3em;margin:0 1px;border-radius:3px;text-align:center;font-size:.85em;font-weight:650;vertical-align:middle}
td.m .g:empty{background:radial-gradient(circle,var(--line) 1.5px,transparent 2px)}
.g.read{color:var(--read);border:1px solid}.g.write{color:var(--write);border:1px solid}.g.delete{color:var(--delete);border:1px solid}
.g.open{color:var(--on)}.g.open.read{background:var(--read);border-color:var(--read)}.g.open.write{background:var(--write);border-color:var(--write)}.g.open.delete{background:var(--delete);border-color:var(--delete)}
.chip{display:inline-block;padding:0 .4em;border:1px solid var(--line);border-radius:3px;color:var(--dim);white-space:nowrap;font-size:.92em}
.chip.orphaned,.chip.missing,.chip.pending{color:var(--bad);border-color:currentColor;font-weight:600}
.chip.retired,.chip.elsewhere,.chip.foreign{color:var(--near);border-color:currentColor}
summary{cursor:pointer}
tbody summary{list-style-position:outside;margin-left:.9rem}
dl{margin:.3rem 0 .4rem .9rem;font-weight:400}dl div{display:flex;gap:.6rem}dt{color:var(--dim);flex:0 0 9rem}dd{margin:0;overflow-wrap:anywhere}

svg.bar{width:100%;display:block;overflow:visible;margin:.2rem 0 0}
thead svg.bar{margin:0}
svg text{font-size:11px;font-weight:400;fill:var(--dim)}
svg.key{vertical-align:-1px}
.life{fill:var(--life)}.over{fill:var(--over)}.due{fill:var(--bg);stroke:var(--due);stroke-width:1.5}.late{fill:var(--bad)}.end{fill:var(--text)}
.now{stroke:var(--dim);stroke-dasharray:2 2}
.spark{width:100%;height:1.25rem;display:block}.spark path,.chart rect{fill:var(--bar)}
.chart{margin:0 0 .9rem;display:grid;grid-template-columns:auto 1fr;column-gap:.5rem}
.chart svg{width:100%;height:6rem;border-bottom:1px solid var(--line)}
.ys,.chart figcaption{display:flex;justify-content:space-between;color:var(--dim);font-size:11px}.ys{flex-direction:column;text-align:right}.chart figcaption{grid-column:2}
.fold{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.35rem .7rem}
.fold>summary{display:flex;gap:.6rem;align-items:baseline}
.fold>summary::before{content:"▸";color:var(--dim)}.fold[open]>summary::before{content:"▾"}
.fold ul{margin:.3rem 0 .3rem 1.1rem;padding:0}.fold li{margin:.35rem 0;overflow-wrap:anywhere}
.count{margin-left:auto;white-space:nowrap;color:var(--dim)}
.sev{flex:0 0 4.2rem;color:var(--dim)}.sev.critical{color:var(--bad);font-weight:650}.sev.high{color:var(--near);font-weight:650}
.fix,.who{color:var(--dim)}
[hidden]{display:none!important}
@media print{
@page{size:A4 landscape;margin:12mm}
body{padding:0;max-width:none;font-size:9.5px}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
nav,.skip,.fields label,.fields button{display:none}
#filter{position:static}.fields{margin:0}#n{margin:0}
.tile{padding:.1rem .35rem}.tile:disabled{display:none}
section{content-visibility:visible}
.scroll{overflow:visible;max-height:none;border-radius:0}
table{display:table;table-layout:fixed;border-collapse:collapse;min-width:0;width:100%}thead{display:table-header-group;position:static}tbody{display:table-row-group}tr{display:table-row}tbody tr{content-visibility:visible}
#keys th:nth-child(1){width:17%}#keys th:nth-child(2){width:14%}#keys th:nth-child(3){width:7%}#keys thead .m{width:6.2%}#keys th:nth-child(11),#keys th:nth-child(12){width:6.5%}
#timeline th:nth-child(-n+2),#use th:nth-child(1),#unneeded th:nth-child(1){width:18%}#timeline th:nth-child(3){width:15%}#use th:nth-child(n+2):nth-child(-n+4){width:9%}#unneeded th:nth-child(2){width:12%}#unneeded th:nth-child(3){width:18%}
tr,.fold li{break-inside:avoid}h2,.lead{break-after:avoid}
th,td{padding:.12rem .4rem}
a{color:inherit;text-decoration:none}
code{font-size:8.5px}#keys thead .m{font-size:8px}svg text{font-size:8px}h1{font-size:16px;margin-top:0}h2{font-size:12px;margin-top:1.5rem}
.sort{display:none}thead th::before{content:attr(data-title)}td.m .g:empty{background:none}
}
`;
