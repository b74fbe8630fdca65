/** Nothing can be said about the peer: it was not there. */
export class PeerUnreachable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PeerUnreachable';
  }
}
