/** A device that speaks to the server by script, message by message, so that tests can repeat, hold back and forge. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { accountDigest, encodeBase64, macHeader, md5Credential } from '@fumarole/dm/auth';
import {
  type Command,
  contentType,
  decode,
  type Encoding,
  encode,
  type Item,
  joinParts,
  type Status,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { digests } from '../access/digests.ts';
import type { ApiCredentials } from '../rest/api.ts';

export interface ScriptedDeviceOptions {
  readonly id: string;
  readonly credentials: Pick<ApiCredentials, 'client'>;
  readonly url: string;
  readonly encoding: Encoding;
}

/** One request as octets: posting it twice is a transport retry. */
export interface ScriptedMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly octets: Uint8Array;
  readonly message: SyncMLMessage;
  /** Status of the SyncHdr. */
  readonly code: number | undefined;
  /** What the server asks for: everything that needs a Status. */
  readonly commands: readonly Command[];
}

export class ScriptedDevice {
  readonly options: ScriptedDeviceOptions;
  readonly #a: string;
  nonce = '';
  msgID = 0;
  sessionID = '1';
  url: string;
  /** A digest that was answered 212 is not given again (P-099). */
  #accepted = false;

  constructor(options: ScriptedDeviceOptions) {
    this.options = options;
    const { name, secret } = options.credentials.client;
    this.#a = accountDigest(digests, name, secret);
    this.url = options.url;
  }

  /** A new session. */
  begin(sessionID: string, url: string = this.options.url): void {
    this.sessionID = sessionID;
    this.msgID = 0;
    this.url = url;
    this.#accepted = false;
  }

  /** Alert 1201 and DevInfo. */
  packageOne({
    mark = 'en',
    final = true,
  }: {
    readonly mark?: string;
    readonly final?: boolean;
  } = {}): ScriptedMessage {
    const info = { DevId: this.options.id, Man: 'Scripted', Mod: 'S1', DmV: '1.2', Lang: mark };
    const items: readonly Item[] = Object.entries(info).map(([leaf, Data]) => ({
      Source: { LocURI: `./DevInfo/${leaf}` },
      Data,
    }));
    const alert = { kind: 'Alert', CmdID: '1', Data: '1201', items: [] } as const;
    return this.next([alert, { kind: 'Replace', CmdID: '2', items }], final);
  }

  /** Statuses for everything the server said; every Get is answered 404. */
  reply({ message, commands }: ScriptedAnswer): ScriptedMessage {
    const status = (cmd: string, CmdRef: string, Data: number, at: number): Status => ({
      kind: 'Status',
      CmdID: String(at),
      MsgRef: message.hdr.MsgID,
      CmdRef,
      Cmd: cmd,
      TargetRef: [],
      SourceRef: [],
      Data,
      items: [],
    });
    const answers = commands.map((command, i) =>
      status(command.kind, command.CmdID, command.kind === 'Get' ? 404 : 200, i + 2),
    );
    return this.next([status('SyncHdr', '0', 200, 1), ...answers]);
  }

  /** The next message of the session with these commands. */
  next(body: readonly Command[], final = true): ScriptedMessage {
    this.msgID += 1;
    return this.sign({
      hdr: {
        VerDTD: '1.2',
        VerProto: 'DM/1.2',
        SessionID: this.sessionID,
        MsgID: this.msgID,
        Target: { LocURI: this.url },
        Source: { LocURI: this.options.id, LocName: this.options.credentials.client.name },
        Meta: { MaxMsgSize: 16_384, MaxObjSize: 1_000_000 },
      },
      body,
      final,
    });
  }

  /** A message as octets, with the account's credential over the present nonce. */
  sign(message: SyncMLMessage): ScriptedMessage {
    const { encoding, credentials } = this.options;
    const { scheme, name } = credentials.client;
    const nonce = Buffer.from(this.nonce, 'base64');
    const cred = {
      Meta: { Type: 'syncml:auth-md5', Format: 'b64' },
      Data: md5Credential(digests, this.#a, nonce),
    };
    const hdr = scheme === 'md5' && !this.#accepted ? { ...message.hdr, Cred: cred } : message.hdr;
    const body = joinParts(encode({ ...message, hdr }, encoding));
    const key = { username: name, a: this.#a, nonce: encodeBase64(nonce) };
    const headers = {
      'content-type': contentType(encoding, 'dm'),
      ...(scheme === 'mac' ? { 'x-syncml-hmac': macHeader(key, digests.md5(body), digests) } : {}),
    };
    return { url: this.url, headers, body };
  }

  /** Opens a session, through the challenge when there is one. */
  async login(base?: string): Promise<ScriptedAnswer> {
    const first = await this.send(this.packageOne(), base);
    const header = first.message.body.find((c) => c.kind === 'Status' && c.CmdRef === '0');
    // Without Chal it is a final refusal (§6.2).
    const challenged = first.code !== 212 && first.code !== 200 && header?.kind === 'Status' && header.Chal;
    return challenged ? this.send(this.packageOne(), base) : first;
  }

  /** Posts and takes over nonce and RespURI from the answer. */
  async send(message: ScriptedMessage, base?: string): Promise<ScriptedAnswer> {
    return this.receive(await post(message, this.options.encoding, base));
  }

  /** Takes over nonce and RespURI from an answer that came some other way. */
  receive(answer: ScriptedAnswer): ScriptedAnswer {
    const chal = answer.message.body.find((c) => c.kind === 'Status' && c.CmdRef === '0');
    if (chal?.kind === 'Status' && chal.Chal?.Meta.NextNonce !== undefined)
      this.nonce = chal.Chal.Meta.NextNonce;
    this.url = answer.message.hdr.RespURI ?? this.url;
    if (answer.code === 212) this.#accepted = true;
    return answer;
  }
}

/** Posts octets; `base` sends them to another process of the same server, `alone` over a connection of their own. */
export async function post(
  message: ScriptedMessage,
  encoding: Encoding,
  base?: string,
  alone = false,
): Promise<ScriptedAnswer> {
  const asked = new URL(message.url);
  const url = base === undefined ? asked : new URL(asked.pathname + asked.search, base);
  const sending = request(url, {
    method: 'POST',
    headers: message.headers,
    ...(alone ? { agent: false } : {}),
  });
  sending.end(message.body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const octets = await buffer(response);
  const headers = new Headers(response.headers as Record<string, string>);
  return answerOf(response.statusCode ?? 0, headers, octets, encoding);
}

/** An HTTP response as the device reads it. */
export function answerOf(
  status: number,
  headers: Headers,
  octets: Buffer,
  encoding: Encoding,
): ScriptedAnswer {
  if (status !== 200) throw new Error(`HTTP ${status}: ${octets.toString('utf8')}`);
  const answer = decode(octets, encoding);
  const header = answer.body.find((c) => c.kind === 'Status' && c.CmdRef === '0');
  return {
    status,
    headers,
    octets,
    message: answer,
    code: header?.kind === 'Status' ? header.Data : undefined,
    commands: answer.body.filter((c) => c.kind !== 'Status' && c.kind !== 'Results'),
  };
}
