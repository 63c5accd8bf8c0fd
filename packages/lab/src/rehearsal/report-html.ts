import { clock, inOrder, type ReportNotes } from "./report.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { Arrival } from "./watch.ts";

/** The report as one page with nothing from elsewhere: what came up when, as bars. */
export function htmlReport(rehearsal: Rehearsal, { played }: ReportNotes): string {
  const { ok, versions, services, objects, steps, problems, arrivals, seconds } = rehearsal;
  const end = Math.max(1, ...arrivals.map(({ seen = 0, up = seen }) => up));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal: ${ok ? "up" : "not up"}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${ok ? "The homelab comes up" : "The homelab does not come up"}</h1>
<p class="figures"><b>${services.healthy} / ${services.declared}</b> Applications healthy <b>${objects.admitted} / ${objects.rendered}</b> objects in the cluster <b>${clock(seconds)}</b> in all</p>
<p>Real: kube-apiserver ${escape(versions.kubernetes)}, Argo CD ${escape(versions.argoCd)}, scheduler and controllers. Played: ${escape(played.join("; "))}.</p>
${problems.length === 0 ? "" : `<h2>What stands in the way</h2>\n<ul class="problems">${problems.map((one) => `<li><b>${escape(one.application)}</b> ${escape(one.object)}<br>${escape(one.message)}${one.declaration === undefined ? "" : `<br>look at <code>${escape(one.declaration)}</code>`}</li>`).join("\n")}</ul>`}
<h2>Steps</h2>
<ol>${steps.map(({ step, causes, seconds: took }) => `<li class="${causes.length === 0 ? "passed" : "failed"}">${escape(step)}: ${causes.length === 0 ? "passed" : "failed"}, ${clock(took)}</li>`).join("\n")}</ol>
<h2>What came up when</h2>
<p>From seen to in sync (light), and to up (dark). The whole width is ${clock(end)}.</p>
<table>
<thead><tr><th scope="col">Application</th><th scope="col">seen</th><th scope="col">up</th><th scope="col" class="wide">time</th></tr></thead>
<tbody>
${inOrder(arrivals).map((one) => row(one, end)).join("\n")}
</tbody>
</table>
</main>
</body>
</html>
`;
}

function row({ application, seen, synced, up }: Arrival, end: number): string {
  const share = (seconds: number): string => `${((100 * seconds) / end).toFixed(2)}%`;
  const bar = (from: number, to: number, name: string): string => `<span class="bar ${name}" style="left:${share(from)};width:max(2px,${share(Math.max(0, to - from))})"></span>`;
  const bars = seen === undefined ? "" : [...(synced === undefined ? [] : [bar(seen, synced, "sync")]), ...(up === undefined ? [] : [bar(synced ?? seen, up, "up")])].join("");
  return `<tr${up === undefined ? ' class="failed"' : ""}><th scope="row">${escape(application)}</th><td>${seen === undefined ? "never" : clock(seen)}</td><td>${up === undefined ? "never" : clock(up)}</td><td class="wide"><div class="track">${bars}</div></td></tr>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d2327, #e6e9eb); --paper: light-dark(#ffffff, #15191c); --line: light-dark(#dde2e5, #30383d); --sync: light-dark(#9cc3e6, #3c6a92); --up: light-dark(#1f6fb2, #6db3ec); --bad: light-dark(#b3261e, #ff8a80); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.figures b { font-size: 1.15rem; } .figures b:not(:first-child) { margin-left: 1rem; }
.failed, .failed th { color: var(--bad); } .problems li { margin-bottom: .75rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; }
thead th { font-weight: 600; } .wide { width: 55%; padding-right: 0; }
.track { position: relative; height: .8rem; } .bar { position: absolute; top: 0; bottom: 0; border-radius: 2px; } .sync { background: var(--sync); } .up { background: var(--up); }
@media (max-width: 40rem) { th, td { white-space: normal; font-size: .85rem; } .wide { width: 35%; } }
`;

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
