/** The session as one HTML file: nothing is fetched, nothing runs, everything from a peer is escaped. */
import { STYLE } from './html-style.ts';
import {
  alikeWord,
  condensed,
  durationWord,
  folded,
  numberWord,
  octetsWord,
  type SessionTrace,
  type Shown,
  shortened,
  type TraceStep,
} from './session-trace.ts';

/** Longest XML that is put into the page for one message; a page of many must stay one that a browser opens. */
const MAX_XML_CHARACTERS = 64 * 1024;

/** A self-contained page, light or dark as the reader has it. */
export function htmlOf(trace: SessionTrace): string {
  const { id, device, steps } = trace;
  const title = `Session ${id} of ${device}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="fumarole trace">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${header(trace)}
<main>
${folded(steps, false).map(shownOf).join('\n')}
</main>
${footer(trace)}
</body>
</html>
`;
}

function header({ id, device, server, steps }: SessionTrace): string {
  const first = steps[0];
  const last = steps.at(-1);
  const octets = steps.reduce((sum, { bytes }) => sum + bytes, 0);
  const started =
    first === undefined ? '' : new Date(first.at).toISOString().replace('T', ' ').replace('Z', ' UTC');
  const took = durationWord((last?.at ?? 0) - (first?.at ?? 0));
  const facts = [
    ['session', id],
    ['began', started],
    ['took', took],
    ['messages', String(steps.length)],
    ['octets', String(octets)],
  ];
  return `<header>
<h1>OMA DM session</h1>
<dl>${facts.map(([name, value]) => `<div><dt>${escaped(name ?? '')}</dt><dd>${escaped(value ?? '')}</dd></div>`).join('')}</dl>
<div class="ends"><div class="end device"><span>device</span><b>${escaped(device)}</b></div><div class="end server"><span>server</span><b>${escaped(server)}</b></div></div>
</header>`;
}

function footer({ source }: SessionTrace): string {
  const honest =
    source === 'kept'
      ? 'A trace keeps no credentials, nonces or tokens ([redacted]), and of data over 1024 octets the length, the SHA-256 and the first 64 octets.'
      : 'Read from a capture; shown as it was on the wire.';
  return `<footer>${honest} Times are UTC. Made by <code>fumarole trace</code>.</footer>`;
}

function shownOf(one: Shown): string {
  if (one.kind === 'step') return stepOf(one.step, one.since);
  const inner = one.steps.map((step, at) =>
    stepOf(step, at === 0 ? 0 : step.at - (one.steps[at - 1]?.at ?? step.at)),
  );
  return `<details class="alike"><summary>${escaped(alikeWord(one.steps))}</summary>\n${inner.join('\n')}\n</details>`;
}

function stepOf(step: TraceStep, since: number): string {
  const http = step.status === undefined ? '' : `<span class="http">HTTP ${step.status}</span>`;
  const time = new Date(step.at).toISOString().slice(11, 23);
  const after = since === 0 ? '' : ` <span class="since">+${escaped(durationWord(since))}</span>`;
  const classes = `step ${step.from}${step.message === undefined ? ' unreadable' : ''}`;
  return `<section class="${classes}">
<div class="arrow"><span class="label"><b>${escaped(numberWord(step))}</b> ${escaped(octetsWord(step))} ${http}</span><time>${time}${after}</time></div>
<div class="card">${says(step)}${xmlOf(step)}</div>
</section>`;
}

function says({ says: sentences, outcome }: TraceStep): string {
  const lines = condensed(sentences).map((told) =>
    typeof told === 'string'
      ? sentence(told)
      : `<li><details><summary>${told.more.length} more of the kind</summary><ul>${told.more.map(sentence).join('')}</ul></details></li>`,
  );
  const end = outcome === undefined ? [] : [`<li class="outcome">${escaped(outcome)}</li>`];
  return `<ul>${[...lines, ...end].join('')}</ul>`;
}

function sentence(text: string): string {
  const depth = (/^ */.exec(text)?.[0].length ?? 0) / 2;
  const status = /^\s*To .*?: (\d)\d\d /.exec(text)?.[1];
  const kind = status === undefined ? '' : ` class="s${status}"`;
  return `<li${kind}${depth > 0 ? ` style="margin-left:${depth * 1.2}rem"` : ''}>${elided(text.trim())}</li>`;
}

/** Values that were not kept stand out, whole words under the pointer. */
function elided(sentence: string): string {
  const pieces = sentence.split(
    /(\[\d+ octets, sha256 [0-9a-f]{64}, first [0-9a-f]*\]|\[\d+ octets from \d+ of the object with sha256 [0-9a-f]{64}\]|\[redacted\])/,
  );
  return pieces
    .map((piece, at) =>
      at % 2 === 0
        ? escaped(piece)
        : `<span class="elided" title="${escaped(piece)}">${escaped(shortened(piece))}</span>`,
    )
    .join('');
}

function xmlOf({ xml, message }: TraceStep): string {
  if (xml === undefined || xml === '')
    return message === undefined ? '<p class="none">The octets are not kept.</p>' : '';
  const cut = xml.length > MAX_XML_CHARACTERS;
  const shown = cut ? xml.slice(0, MAX_XML_CHARACTERS) : xml;
  const more = cut
    ? `\n<p class="none">${xml.length - MAX_XML_CHARACTERS} more characters are left out.</p>`
    : '';
  return `<details class="xml"><summary>SyncML</summary><pre>${coloured(shown)}</pre>${more}</details>`;
}

/** Tags apart from text; works on what is escaped already, so nothing can break out. */
function coloured(xml: string): string {
  return escaped(xml).replace(
    /(&lt;[/?]?)([\w:.-]+)([\s\S]*?)(\/?&gt;)/g,
    '<i>$1</i><b>$2</b><em>$3</em><i>$4</i>',
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/[^\P{C}\n\t]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
