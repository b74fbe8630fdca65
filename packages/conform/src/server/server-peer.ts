import { randomInt } from 'node:crypto';
import { DecodeError, decode, type Encoding, parseContentType, type SyncMLMessage } from '@fumarole/syncml';
import { Violation } from '../check.ts';
import type { Account, Scheme } from '../credentials.ts';
import { RuleBook } from '../every-message.ts';
import { Recorder, type WireMessage } from '../exchange.ts';
import { DeviceSession } from './device-session.ts';
import { type HttpRequest, type HttpResponse, httpPost } from './http-post.ts';
import { type Answer, SERVER_RULES } from './rules.ts';

/** A server to be looked at, and the device that it is looked at with. */
export interface ServerTarget {
  readonly url: string;
  /** Source LocURI: a device that the server knows. */
  readonly device: string;
  readonly account: Account;
  /** How the server proves itself to this device. */
  readonly server?: Account;
  /** Leaves of DevInfo. */
  readonly devInfo: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** PEM of authorities. */
  readonly ca?: string;
  /** Makes the server have something to ask the device. */
  readonly provoke?: () => Promise<void>;
}

/** Highest SessionID by the custom of four hexadecimal digits. */
const SESSION_IDS = 0xffff;

export class ServerPeer {
  readonly target: ServerTarget;
  readonly recorder: Recorder = new Recorder();
  readonly rules: RuleBook<Answer> = new RuleBook(SERVER_RULES);
  encoding: Encoding = 'wbxml';
  /** What the server asked for last. */
  scheme: Scheme | undefined;
  #sessionID: number = randomInt(1, SESSION_IDS);
  #last: readonly WireMessage[] = [];

  constructor(target: ServerTarget) {
    this.target = target;
  }

  /** A session that has said nothing yet. */
  session({
    id,
    encoding = this.encoding,
  }: {
    readonly id?: string;
    readonly encoding?: Encoding;
  } = {}): DeviceSession {
    this.#sessionID = (this.#sessionID % SESSION_IDS) + 1;
    return new DeviceSession(this, id ?? this.#sessionID.toString(16).toUpperCase(), encoding);
  }

  /** @throws Violation when no answer comes. */
  async post(request: HttpRequest, encoding: Encoding, message?: SyncMLMessage): Promise<HttpResponse> {
    const { method = 'POST', url, headers, body } = request;
    const said: WireMessage = {
      from: 'client',
      at: Date.now(),
      line: `${method} ${url}`,
      headers,
      octets: body,
      encoding,
      message: message ?? decoded(body, headers['content-type'], encoding),
    };
    this.recorder.add(said);
    const { timeoutMs, ca } = this.target;
    let response: HttpResponse;
    try {
      response = await httpPost(request, { timeoutMs, ca });
    } catch (error) {
      throw new Violation(`no answer: ${error instanceof Error ? error.message : String(error)}`);
    }
    const type = response.headers['content-type'];
    const heard: WireMessage = {
      from: 'server',
      at: Date.now(),
      line: `HTTP ${response.status}`,
      headers: response.headers,
      octets: response.octets,
      encoding: parseContentType(type)?.encoding ?? encoding,
      message: decoded(response.octets, type, encoding),
    };
    this.recorder.add(heard);
    this.#last = [said, heard];
    return response;
  }

  /** The request and the answer that came last. */
  lastExchange(): readonly WireMessage[] {
    return this.#last;
  }
}

function decoded(
  octets: Uint8Array,
  type: string | undefined,
  encoding: Encoding,
): SyncMLMessage | undefined {
  try {
    return decode(octets, parseContentType(type)?.encoding ?? encoding);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
