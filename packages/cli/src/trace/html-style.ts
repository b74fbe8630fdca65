/** Style of the page; colours come in pairs for light and dark. */
export const STYLE: string = `
:root { color-scheme: light dark;
  --paper: light-dark(#f7f8fa, #14161a); --card: light-dark(#ffffff, #1d2026); --ink: light-dark(#1b2330, #dfe4ec);
  --dim: light-dark(#667085, #8b95a5); --line: light-dark(#d5dae2, #363c47);
  --device: light-dark(#0b7285, #4cc9de); --server: light-dark(#8a3ffc, #be95ff);
  --good: light-dark(#1a7f37, #56d364); --bad: light-dark(#c02626, #ff7b72); --wait: light-dark(#946200, #e3b341); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 1060px; margin: 0 auto; padding: 0 24px; }
h1 { font-size: 1.35rem; margin: 28px 0 12px; letter-spacing: -.01em; }
dl { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 0 0 20px; }
dl div { display: flex; gap: 8px; align-items: baseline; }
dt { color: var(--dim); font-size: .8rem; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header { position: sticky; top: 0; z-index: 1; background: var(--paper); }
.ends { display: flex; justify-content: space-between; gap: 24px; padding-bottom: 8px; }
.end { padding: 8px 14px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); max-width: 48%; }
.end span { display: block; font-size: .72rem; color: var(--dim); text-transform: uppercase; letter-spacing: .06em; }
.end b { overflow-wrap: anywhere; } .end.device b { color: var(--device); } .end.server { text-align: right; } .end.server b { color: var(--server); }
main { position: relative; padding-top: 10px; padding-bottom: 30px; }
main::before, main::after { content: ""; position: absolute; top: 0; bottom: 0; width: 2px; background: var(--line); }
main::before { left: 44px; } main::after { right: 44px; }
.step { position: relative; margin: 0 21px 26px; }
.device { --own: var(--device); } .server { --own: var(--server); } .unreadable { --own: var(--bad); }
.arrow { position: relative; display: flex; justify-content: space-between; align-items: baseline; padding: 0 20px 5px; border-bottom: 2px solid var(--own); color: var(--dim); font-size: .88rem; gap: 16px; }
.arrow b { color: var(--own); } .step.server .arrow { flex-direction: row-reverse; }
.arrow::after { content: ""; position: absolute; bottom: -7px; border: 6px solid transparent; }
.step.device .arrow::after { right: -1px; border-left: 10px solid var(--own); border-right: 0; }
.step.server .arrow::after { left: -1px; border-right: 10px solid var(--own); border-left: 0; }
time { font-variant-numeric: tabular-nums; white-space: nowrap; } .since { color: var(--own); }
.http { border: 1px solid var(--line); border-radius: 6px; padding: 0 6px; font-size: .78rem; }
.card { width: 82%; margin: 12px 20px 0; padding: 10px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.step.device .card { border-left: 3px solid var(--own); } .step.server .card { margin-left: auto; border-right: 3px solid var(--own); }
ul { list-style: none; margin: 0; padding: 0; } li { padding: 1px 0; overflow-wrap: anywhere; }
.s2 { color: var(--good); } .s4, .s5 { color: var(--bad); } .s1, .s3, .outcome { color: var(--wait); }
.elided { background: color-mix(in srgb, var(--wait) 14%, transparent); color: var(--wait); border-radius: 5px; padding: 0 5px; cursor: help; }
.none { color: var(--dim); font-style: italic; margin: 4px 0 0; }
details.xml { margin-top: 8px; border-top: 1px solid var(--line); padding-top: 6px; }
summary { cursor: pointer; color: var(--dim); font-size: .85rem; }
pre { margin: 8px 0 0; font: 12.5px/1.55 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
pre b { color: var(--own); font-weight: 600; } pre i { color: var(--dim); font-style: normal; } pre em { color: var(--wait); font-style: normal; }
.alike { margin: 0 0 26px; } .alike > summary { position: relative; margin: 0 auto; width: fit-content; padding: 4px 16px; border: 1px dashed var(--line); border-radius: 99px; background: var(--paper); }
.alike[open] > summary { margin-bottom: 26px; }
footer { color: var(--dim); font-size: .85rem; padding-top: 14px; padding-bottom: 40px; border-top: 1px solid var(--line); }
@media (max-width: 640px) { .card { width: auto; margin-left: 12px; margin-right: 12px; } header { position: static; } .arrow { flex-wrap: wrap; } }
@media print { header { position: static; } .step { break-inside: avoid; } }
`;
