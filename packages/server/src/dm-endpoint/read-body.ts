import type { IncomingMessage } from 'node:http';
import type { Deadlines } from './deadlines.ts';

export type BodyProblem = 'too-large' | 'too-slow' | 'broken';

/** The whole body, chunked or not, within size and time. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  deadlines: Deadlines,
): Promise<Buffer | BodyProblem> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let octets = 0;
    const late = (): void => done('too-slow');
    const done = (result: Buffer | BodyProblem): void => {
      deadlines.end(late);
      if (typeof result === 'string') {
        request.removeAllListeners('data');
        request.pause();
      }
      resolve(result);
    };
    deadlines.begin(late);
    request.on('data', (piece: Buffer) => {
      octets += piece.length;
      if (octets > maxBytes) done('too-large');
      else pieces.push(piece);
    });
    request.on('end', () => done(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)));
    request.on('error', () => done('broken'));
    request.on('close', () => {
      if (!request.complete) done('broken');
    });
  });
}
