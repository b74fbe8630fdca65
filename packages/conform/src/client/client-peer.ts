import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DecodeError, decode, type Encoding, parseContentType, type SyncMLMessage } from '@fumarole/syncml';
import { Inconclusive } from '../check.ts';
import type { Account, Scheme } from '../credentials.ts';
import { RuleBook } from '../every-message.ts';
import { Recorder, type WireMessage } from '../exchange.ts';
import { DM_PATH, HttpListener, type Posted, type Served } from './http-listener.ts';
import { politeEnd } from './polite-end.ts';
import { CLIENT_RULES, type Said } from './rules.ts';
import { ServerScript } from './server-script.ts';

/** A client to be looked at, and the server that it is looked at with. */
export interface ClientTarget {
  readonly host: string;
  readonly port: number;
  /** How the client reaches us, when not by our own address. */
  readonly publicUrl?: string;
  /** How the client proves itself. */
  readonly account: Account;
  readonly scheme: Scheme;
  /** How we prove ourselves; absent: not at this layer. */
  readonly server?: Account;
  /** Root of its firmware update object; absent: looked for. */
  readonly root?: string;
  /** Interior node below which we may add. */
  readonly scratch?: string;
  /** Packages that the client installs, in this order, each once. */
  readonly packages: readonly TestPackage[];
  /** Longest wait for a message of an open session. */
  readonly timeoutMs: number;
  /** Longest wait for the client to open a session. */
  readonly sessionMs: number;
  /** Longest time of an operation that was accepted, retries and all, until its result must be there. */
  readonly resultMs: number;
  /** How long nothing must come to count as silence. */
  readonly quietMs: number;
  /** Makes the client open a session; absent: it comes by itself, or its user is asked. */
  readonly trigger?: () => Promise<void>;
  /** Makes it open one in which it asks for an update. */
  readonly request?: () => Promise<void>;
}

export interface TestPackage {
  readonly octets: Uint8Array;
  /** What DevDetail/FwV says afterwards; absent: not looked at. */
  readonly version?: string;
}

/** A POST with what it says. */
export interface Incoming {
  readonly posted: Posted;
  readonly wire: WireMessage;
  readonly message: SyncMLMessage | undefined;
}

export class ClientPeer {
  readonly target: ClientTarget;
  readonly recorder: Recorder = new Recorder();
  readonly rules: RuleBook<Said> = new RuleBook(CLIENT_RULES);
  /** The client's encoding, once it has spoken. */
  encoding: Encoding = 'wbxml';
  /** Octets of the nonce that the client's next credential is made with; undefined: none was given. */
  clientNonce: Uint8Array | undefined;
  /** Octets of the nonce for our own next credential. */
  serverNonce: Uint8Array = new Uint8Array(0);
  url = '';
  root: string | undefined;
  readonly files: Map<string, Served> = new Map();
  readonly reports: { readonly path: string; readonly text: string }[] = [];
  #packagesUsed = 0;
  readonly #listener: HttpListener;
  /** What came and no script has taken yet. */
  readonly #waiting: Incoming[] = [];
  /** What came in this check. */
  #came: Incoming[] = [];
  #wake: (() => void) | undefined;
  #hurry: () => void = () => undefined;
  /** A check is listening; else what comes is ended politely. */
  #attentive = false;
  #provoking: Promise<void> | undefined;
  #provokeNext: (() => Promise<void>) | undefined;

  constructor(target: ClientTarget) {
    this.target = target;
    this.root = target.root;
    this.#listener = new HttpListener({
      posted: (posted) => this.#take(posted),
      served: (path) => this.files.get(path),
      reported: (path, text) => this.reports.push({ path, text }),
    });
  }

  /** Listens; the DM address. */
  async open(): Promise<string> {
    const own = await this.#listener.open(this.target.host, this.target.port);
    this.url = `${this.target.publicUrl ?? own}${DM_PATH}`;
    return this.url;
  }

  async close(): Promise<void> {
    await this.settle();
    await this.#listener.close();
  }

  /** The next package that no flow has had. */
  takePackage(): TestPackage | undefined {
    this.#packagesUsed += 1;
    return this.target.packages[this.#packagesUsed - 1];
  }

  /** The address of something that the client may fetch. */
  serve(served: Served, name: string = randomBytes(6).toString('hex')): string {
    this.files.set(`/${name}`, served);
    return this.url.replace(DM_PATH, `/${name}`);
  }

  /** The address of something whose last octet comes only after `hurry`. */
  slowly(body: Uint8Array): string {
    const until = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    return this.serve({ type: 'application/octet-stream', body, until });
  }

  hurry(): void {
    this.#hurry();
  }

  /** The client's next session, from its first message on. @throws Inconclusive when none comes. */
  async session(why: 'trigger' | 'request' = 'trigger'): Promise<ServerScript> {
    this.#attentive = true;
    this.#provoke(this.target[why]);
    const end = Date.now() + this.target.sessionMs;
    for (;;) {
      const incoming = await this.next(Math.max(1, end - Date.now()));
      if (incoming === undefined) throw new Inconclusive('the client opened no session');
      if (incoming.message?.hdr.MsgID === 1) return new ServerScript(this, incoming, incoming.message);
      // Left over from a session that is dead for us.
      politeEnd(incoming, this.url);
    }
  }

  /** The next POST within the time. */
  async next(ms: number): Promise<Incoming | undefined> {
    this.#attentive = true;
    if (this.#waiting.length === 0) {
      const came = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const timer = new AbortController();
      await Promise.race([came, pause(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
      this.#wake = undefined;
    }
    return this.#waiting.shift();
  }

  /** What the client says that is not of the session just ended is put back for the next. */
  putBack(incoming: Incoming): void {
    this.#waiting.unshift(incoming);
  }

  /** Ends what is open, and everything that comes until the next check, politely. */
  async settle(): Promise<void> {
    this.#attentive = false;
    this.#hurry();
    this.#waiting.length = 0;
    for (const incoming of this.#came.splice(0)) {
      if (!incoming.posted.done) politeEnd(incoming, this.url);
    }
    this.#provokeNext = undefined;
    await Promise.race([this.#provoking, pause(this.target.timeoutMs, undefined, { ref: false })]);
  }

  /** One at a time, and at most one more behind it: what is left over would speak into the next check. */
  #provoke(trigger: (() => Promise<void>) | undefined): void {
    if (this.#provoking !== undefined) {
      this.#provokeNext = trigger;
      return;
    }
    // It may last as long as the session, and fail as the session does: what counts is what comes.
    this.#provoking = trigger?.()
      .catch(() => undefined)
      .then(() => {
        this.#provoking = undefined;
        const next = this.#provokeNext;
        this.#provokeNext = undefined;
        if (next !== undefined) this.#provoke(next);
      });
  }

  #take(posted: Posted): void {
    const type = parseContentType(posted.headers['content-type']);
    const encoding = type?.encoding ?? this.encoding;
    this.encoding = encoding;
    const message = decoded(posted.octets, encoding);
    const { headers, octets } = posted;
    const wire: WireMessage = {
      from: 'client',
      at: Date.now(),
      line: `POST ${posted.url}`,
      headers,
      octets,
      encoding,
      message,
    };
    const incoming = { posted, wire, message };
    if (!this.#attentive) {
      politeEnd(incoming, this.url);
      return;
    }
    this.recorder.add(wire);
    this.#came = [...this.#came.filter(({ posted: one }) => !one.done), incoming];
    this.#waiting.push(incoming);
    this.#wake?.();
  }
}

function decoded(octets: Uint8Array, encoding: Encoding): SyncMLMessage | undefined {
  try {
    return decode(octets, encoding);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
