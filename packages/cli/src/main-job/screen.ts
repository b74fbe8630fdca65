import { createLogUpdate } from 'log-update';
import { createColors } from 'picocolors';
import type { HubRow, Screen } from './hub-row.ts';

interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The screen that fits: JSON lines when asked, live rows on a terminal, plain lines anywhere else. */
export function openScreen(output: Terminal, json: boolean): Screen {
  if (json) return jsonScreen(output);
  return output.isTTY === true ? liveScreen(output) : plainScreen(output);
}

/** One JSON object per line for each change of a row; what is said in words goes nowhere. */
function jsonScreen(output: Terminal): Screen {
  return {
    say: () => {},
    update: (row) => {
      output.write(
        `${JSON.stringify({ device: row.hub, flow: row.flow, state: row.state, octets: row.octets, total: row.total, version: row.version, ...(row.note === undefined ? {} : { note: row.note }) })}\n`,
      );
    },
    done: () => {},
  };
}

/** A line when the state changes, and one at each quarter of the transfer. */
function plainScreen(output: Terminal): Screen {
  const last = new Map<string, string>();
  return {
    say: (line) => output.write(`${line}\n`),
    update: (row) => {
      const quarter = Math.floor((4 * row.octets) / Math.max(row.total, 1));
      const mark = `${row.state} ${quarter}`;
      if (last.get(row.hub) === mark) return;
      last.set(row.hub, mark);
      output.write(
        `${row.hub.padEnd(13)} ${row.flow}  ${row.state.padEnd(12)} ${amount(row).padEnd(22)} ${row.note ?? ''}`.trimEnd(),
      );
      output.write('\n');
    },
    done: () => {},
  };
}

/** All rows redrawn in place, at most 12 times a second. */
function liveScreen(output: Terminal): Screen {
  const rows = new Map<string, HubRow>();
  const draw = createLogUpdate(output, { showCursor: true });
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const paint = () => {
    timer = undefined;
    draw(picture([...rows.values()], output.columns ?? 100));
  };
  return {
    say: (line) => {
      if (!over) draw.clear();
      output.write(`${line}\n`);
      if (!over && rows.size > 0) paint();
    },
    update: (row) => {
      rows.set(row.hub, row);
      timer ??= setTimeout(paint, 80);
    },
    done: () => {
      over = true;
      clearTimeout(timer);
      paint();
      draw.done();
    },
  };
}

const BAR = 20;

/** The table of hubs as lines of text no wider than the terminal. */
export function picture(rows: readonly HubRow[], columns: number, colour = true): string {
  const paint = createColors(colour);
  const titleWidth = Math.max(12, Math.min(44, columns - 76));
  const head = paint.dim(
    `  ${'hub'.padEnd(13)} ${'flow'.padEnd(titleWidth + 4)} ${'state'.padEnd(12)} ${'package'.padEnd(BAR + 19)}`,
  );
  const lines = rows.map((row) => {
    const done = row.state === 'confirmed';
    const bad = SETTLED_BADLY.has(row.state);
    const tint = done ? paint.green : bad ? paint.red : paint.cyan;
    const mark = done ? paint.green('✔') : bad ? paint.red('✘') : paint.cyan('•');
    const full = Math.round((BAR * Math.min(row.octets, row.total)) / Math.max(row.total, 1));
    const bar = tint('█'.repeat(full)) + paint.dim('░'.repeat(BAR - full));
    const title = row.title.length > titleWidth ? `${row.title.slice(0, titleWidth - 1)}…` : row.title;
    return `${mark} ${row.hub.padEnd(13)} ${row.flow.padEnd(3)} ${title.padEnd(titleWidth)} ${tint(row.state.padEnd(12))} ${bar} ${amount(row).padEnd(18)}${bad && row.note ? `\n    ${paint.red(row.note)}` : ''}`;
  });
  return [head, ...lines].join('\n');
}

const SETTLED_BADLY: ReadonlySet<string> = new Set([
  'failed',
  'refused',
  'rolled-back',
  'timed-out',
  'cancelled',
]);

function amount(row: HubRow): string {
  const kB = (octets: number) => Math.round(octets / 1000);
  return row.total === 0 ? '' : `${kB(row.octets)} of ${kB(row.total)} kB`;
}
