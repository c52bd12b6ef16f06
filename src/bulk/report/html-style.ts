/** Of the report's page: the system's font, its light or dark, and paper. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2024;--quiet:#5b6470;--line:#dfe3e8;--wash:#f5f7f9;--good:#18794e;--good-fill:#3aa675;--bad:#b42318;--bad-fill:#d9544a;--warn:#8a5a00;--warn-fill:#d99a1c;--skip-fill:#8e99a8;--left-fill:#c9d1db;--link:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8eaed;--quiet:#9aa4b0;--line:#2c333b;--wash:#1c2126;--good:#5fd39a;--good-fill:#2f9468;--bad:#ff8a7f;--bad-fill:#c9483f;--warn:#f0b849;--warn-fill:#c48a17;--skip-fill:#6c7785;--left-fill:#3d4650;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.65rem;line-height:1.25;letter-spacing:-.01em;margin:.4rem 0 .6rem;font-weight:650;text-wrap:balance}
h2{font-size:1.1rem;margin:0 0 .8rem;font-weight:650}
h3{font-size:1rem;margin:0 0 .15rem;font-weight:600}
p{margin:0 0 .7rem;max-width:46rem}
section{margin-top:2.6rem}
a{color:var(--link)}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{margin:.35rem 0 0;padding:.55rem .75rem;background:var(--wash);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.kicker{color:var(--quiet);margin:0;font-size:.9rem}
.state{display:inline-block;font-weight:600;padding:.05rem .6rem;border-radius:1rem;border:1px solid currentColor;margin-right:.5rem}
.state.good{color:var(--good)}.state.look{color:var(--bad)}.state.busy{color:var(--warn)}
.sum{font-variant-numeric:tabular-nums;color:var(--quiet);max-width:none}
.sum b{color:var(--ink);font-weight:600}
.quiet,.hint,small{color:var(--quiet)}
.hint{margin:.15rem 0 0;font-size:.93em}
thead th{white-space:nowrap}
td code{overflow-wrap:anywhere}
.note{border-left:3px solid var(--warn-fill);padding:.1rem 0 .1rem .8rem;margin:1rem 0}
.number{color:var(--quiet);font-weight:400;font-variant-numeric:tabular-nums;margin-left:.3rem}
.shares{display:block;width:100%;height:18px;border-radius:4px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:.6rem 0 0;padding:0;font-size:.93rem;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.45em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.legend b{font-weight:600}
.sent,.delivered{fill:var(--good-fill);background:var(--good-fill)}
.failed,.rejected,.bounced{fill:var(--bad-fill);background:var(--bad-fill)}
.throttled,.unknown,.delayed{fill:var(--warn-fill);background:var(--warn-fill)}
.skipped{fill:var(--skip-fill);background:var(--skip-fill)}
.left,.pending{fill:var(--left-fill);background:var(--left-fill)}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
figcaption{color:var(--quiet);font-size:.93rem;margin-top:.3rem}
.grid{stroke:var(--line)}
.axis{fill:var(--quiet);font-size:11px;font-variant-numeric:tabular-nums}
details{margin-top:.7rem}
summary{cursor:pointer;color:var(--link)}
.steps{list-style:none;margin:0;padding:0;display:grid;gap:1.1rem}
.steps li{border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem}
.steps p{margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.2rem;margin:0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin-bottom:1.2rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--quiet);padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .8rem .45rem 0;border-top:1px solid var(--line);overflow-wrap:break-word;unicode-bidi:isolate;min-width:4.5rem;max-width:26rem}
tbody th{font-weight:400;color:var(--quiet);font-variant-numeric:tabular-nums}
thead th{font-weight:600;border-top:0}
tbody th small{display:block}
.n{text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.9rem}
@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--line:#bbb;--wash:#fff;--good:#18794e;--bad:#b42318;--warn:#8a5a00;--good-fill:#3aa675;--bad-fill:#d9544a;--warn-fill:#d99a1c;--skip-fill:#8e99a8;--left-fill:#c9d1db;--link:#000}body{font-size:10pt}main{max-width:none;padding:0}.scroll{overflow:visible}section{margin-top:1.4rem}.steps li,figure,tr{break-inside:avoid}h2,caption,thead{break-after:avoid}}
`;
