/**
 * The ten states of a FUMO root and every way out of each (fumo.md §3.1, §3.2).
 *
 * Theory of operation. A root is in exactly one state, derived from its facts (`stateOf`). Something happens to it — a
 * command of a server, or the end of a piece of the agent's own work — and the row of the table says through which states
 * the root then passes (`path`), and what a command is answered (`status`). An empty path means that the root stays.
 * A cell that is missing cannot happen: the agent never causes it. Each single hop is an arrow of the standard's diagram,
 * or one of the two that we add: 70→60 (the package is held, so an update may be tried again) and 60→50 (the user
 * refused at the prompt). Commands against a busy root change nothing: Exec is answered 405, Replace 403.
 */
import type { FumoState } from '../object/state.ts';

export type FumoEvent =
  | 'pkgdata-committed'
  | 'pkgdata-emptied'
  | 'pkgurl-replaced'
  | 'exec-download'
  | 'exec-update'
  | 'exec-download-and-update'
  /** All octets are there, and they are what was announced. */
  | 'download-stored'
  | 'download-failed'
  | 'package-checked'
  /** The device itself goes on with a DownloadAndUpdate, or starts the update of a held package. */
  | 'update-begins'
  | 'update-succeeded'
  | 'update-failed'
  | 'update-refused'
  | 'package-dropped'
  | 'clean-up';

export interface Transition {
  /** States passed through, the last one reached; empty: stays. */
  readonly path: readonly FumoState[];
  /** Status of the command, when the event is one. */
  readonly status?: number;
}

const stay = (status: number): Transition => ({ path: [], status });
const go = (status: number, ...path: readonly FumoState[]): Transition => ({ path, status });
const self = (...path: readonly FumoState[]): Transition => ({ path });

const BUSY = {
  'pkgdata-committed': stay(403),
  'pkgdata-emptied': stay(403),
  'pkgurl-replaced': stay(403),
  'exec-download': stay(405),
  'exec-update': stay(405),
  'exec-download-and-update': stay(405),
} as const;

export const TRANSITIONS: Readonly<Record<FumoState, Readonly<Partial<Record<FumoEvent, Transition>>>>> = {
  10: {
    'pkgdata-committed': go(200, 50),
    'pkgdata-emptied': stay(200),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 30),
    'exec-update': stay(405),
    'exec-download-and-update': go(202, 30),
  },
  20: {
    'pkgdata-committed': go(200, 10, 50),
    'pkgdata-emptied': stay(200),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 10, 30),
    'exec-update': stay(405),
    'exec-download-and-update': go(202, 10, 30),
    'clean-up': self(10),
  },
  30: { ...BUSY, 'download-stored': self(40), 'download-failed': self(20) },
  40: { ...BUSY, 'package-checked': self(50) },
  50: {
    'pkgdata-committed': go(200, 10, 50),
    'pkgdata-emptied': go(200, 10),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 10, 30),
    'exec-update': go(202, 60),
    'exec-download-and-update': go(202, 10, 30),
    'update-begins': self(60),
    'package-dropped': self(10),
  },
  60: {
    ...BUSY,
    'update-succeeded': self(90),
    'update-failed': self(70),
    'update-refused': self(50),
  },
  70: {
    'pkgdata-committed': go(200, 80, 10, 50),
    'pkgdata-emptied': go(200, 80),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 80, 10, 30),
    'exec-update': go(202, 60),
    'exec-download-and-update': go(202, 80, 10, 30),
    'package-dropped': self(80),
  },
  80: {
    'pkgdata-committed': go(200, 10, 50),
    'pkgdata-emptied': stay(200),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 10, 30),
    'exec-update': stay(405),
    'exec-download-and-update': go(202, 10, 30),
    'clean-up': self(10),
  },
  90: {
    'pkgdata-committed': go(200, 10, 50),
    'pkgdata-emptied': go(200, 100),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 10, 30),
    'exec-update': stay(405),
    'exec-download-and-update': go(202, 10, 30),
    'package-dropped': self(100),
    'clean-up': self(10),
  },
  100: {
    'pkgdata-committed': go(200, 10, 50),
    'pkgdata-emptied': stay(200),
    'pkgurl-replaced': stay(200),
    'exec-download': go(202, 10, 30),
    'exec-update': stay(405),
    'exec-download-and-update': go(202, 10, 30),
    'clean-up': self(10),
  },
};
