import { dissect } from './tshark.ts';

/** How Wireshark's WBXML dissector reads one message. */
export interface Reading {
  /** Names of the elements in the order in which they start. */
  readonly elements: readonly string[];
  /** What it holds to be malformed, unknown or wrong. */
  readonly complaints: readonly string[];
}

const HTTP = { kind: 'tcp', port: 80, dissector: 'http' } as const;
const COMPLAINT = /malformed|exception|unknown|invalid|error/i;

/**
 * Sends WBXML messages through `tshark`, each as the body of an HTTP POST.
 *
 * @throws Error when the tool is not installed, or does not take every message for WBXML
 */
export async function readByWireshark(messages: readonly Uint8Array[]): Promise<readonly Reading[]> {
  const frames = await dissect(HTTP, messages.map(posted));
  const bodies = frames.map((frame) => frame.slice(frame.indexOf('\nWAP Binary XML') + 1));
  if (bodies.length !== messages.length || !bodies.every((body) => body.startsWith('WAP Binary XML'))) {
    throw new Error(`tshark made ${frames.length} frames of ${messages.length} messages:\n${frames.at(-1)}`);
  }
  return bodies.map(readingOf);
}

/** Rows are `level | state | page | token | <Name>`. */
function readingOf(body: string): Reading {
  const lines = body.split('\n');
  return {
    elements: lines.flatMap((line) => /\| *<([\w-]+)(?: \/)?>\s*$/.exec(line)?.[1] ?? []),
    complaints: lines.filter((line) => !line.includes('STR_I') && COMPLAINT.test(line)),
  };
}

function posted(message: Uint8Array): Uint8Array {
  const head = [
    'POST /dm HTTP/1.1',
    'Host: server',
    'Content-Type: application/vnd.syncml.dm+wbxml',
    `Content-Length: ${message.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), message]);
}
