import type { IncomingMessage } from 'node:http';
import type { Deadlines } from './deadlines.ts';

export type BodyProblem = 'too-large' | 'too-slow' | 'broken';

/** The whole body, chunked or not, within size and time; `done` is called once. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  deadlines: Deadlines,
  done: (body: Buffer | BodyProblem) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done('too-large');
    return;
  }
  // In the usual case the one piece there is.
  let first: Buffer | undefined;
  const more: Buffer[] = [];
  let octets = 0;
  let ended = false;
  const end = (result: Buffer | BodyProblem): void => {
    if (ended) return;
    ended = true;
    deadlines.end(late);
    if (typeof result === 'string') {
      request.removeAllListeners('data');
      request.pause();
    }
    done(result);
  };
  const late = (): void => end('too-slow');
  const broken = (): void => end('broken');
  deadlines.begin(late);
  request.on('data', (piece: Buffer) => {
    octets += piece.length;
    if (octets > maxBytes) end('too-large');
    else if (first === undefined) first = piece;
    else more.push(piece);
  });
  request.on('end', () => {
    const start = first ?? Buffer.alloc(0);
    end(more.length === 0 ? start : Buffer.concat([start, ...more]));
  });
  request.on('error', broken);
  // Also after the end, where it changes nothing.
  request.on('close', broken);
}
