/**
 * A device of some family, played octet by octet against the real server: its own frames, element orders and answers,
 * nothing of our client. The server's answers are read with our decoder.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Command, decode, type Item, type Status, type SyncMLMessage } from '@fumarole/syncml';
import { NUMERIC_ID, toWbxml, type WbxmlStyle } from './foreign-wbxml.ts';

/** What is particular about how a family writes. */
export interface FamilyStyle {
  /** Absent: XML. */
  readonly wbxml?: WbxmlStyle;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `Status` order `CmdID Data … MsgRef CmdRef Cmd`, `Source` before `Target`, Correlator last. */
  readonly samsungOrder?: boolean;
  /** Status of the SyncHdr has no CmdRef, and never anything but 212. */
  readonly noHeaderRef?: boolean;
  /** Our Status of the SyncHdr is left out of later messages. */
  readonly noHeaderStatus?: boolean;
  readonly sessionID: string | ((session: number) => string);
  readonly hdrMeta: string;
  readonly locName?: boolean;
  readonly verDTD?: '1.1' | '1.2';
  /** Values of answers end in a NUL octet. */
  readonly nul?: boolean;
  /** Each Item of Results in a Results of its own (the default), or several Gets in one. */
  readonly auth: 'md5' | 'basic' | 'none';
  /** The first digest is made over this nonce (base64); absent: no Cred at all before a challenge. */
  readonly firstNonce?: string;
  /** Asks RespURI from the second message on. */
  readonly respURI?: boolean;
}

export interface FamilyAccount {
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly secret: string;
}

/** What the device does with a command: a code, and for a Get a value with its format. `silent`: no Status at all. */
export type Reply =
  | { readonly code: number; readonly value?: string; readonly format?: string; readonly type?: string }
  | 'silent';

export interface ServerSaid {
  readonly message: SyncMLMessage;
  readonly headers: IncomingHttpHeaders;
  readonly octets: Buffer;
  readonly commands: readonly Command[];
  /** Status of the SyncHdr. */
  readonly header: Status | undefined;
}

export class FamilyDevice {
  readonly style: FamilyStyle;
  readonly account: FamilyAccount;
  /** Every answer of the server. */
  readonly heard: ServerSaid[] = [];
  #sessions = 0;
  #msgID = 0;
  #url: string;
  #sessionID = '1';
  #nonce: string | undefined;
  #accepted = false;

  constructor(style: FamilyStyle, account: FamilyAccount) {
    this.style = style;
    this.account = account;
    this.#url = account.url;
    this.#nonce = style.firstNonce;
  }

  /** A whole session: package 1, again after a challenge, then answers until the server has nothing more to say. */
  async session(
    packageOne: (cmdID: () => string) => string,
    answer: (command: Command) => Reply | Promise<Reply>,
    more: (round: number, cmdID: () => string) => string = () => '',
  ): Promise<ServerSaid> {
    this.#sessions += 1;
    this.#msgID = 0;
    this.#accepted = false;
    this.#url = this.account.url;
    const { sessionID } = this.style;
    this.#sessionID = typeof sessionID === 'string' ? sessionID : sessionID(this.#sessions);
    let said = await this.#say(packageOne(counter()));
    for (let tries = 0; this.#takeChallenge(said) && tries < 5; tries += 1) {
      said = await this.#say(packageOne(counter()));
    }
    for (let round = 1; said.commands.length > 0 && round < 40; round += 1) {
      const cmdID = counter();
      const parts: string[] = this.style.noHeaderStatus === true ? [] : [this.#headerStatus(said, cmdID)];
      for (const command of said.commands) parts.push(await this.#answer(said, command, answer, cmdID));
      parts.push(more(round, cmdID));
      said = await this.#say(parts.join(''));
    }
    return said;
  }

  /** One message by hand. */
  async #say(body: string): Promise<ServerSaid> {
    this.#msgID += 1;
    const { wbxml, contentType, headers } = this.style;
    const xml = `<SyncML xmlns="SYNCML:SYNCML${this.style.verDTD ?? '1.2'}"><SyncHdr>${this.#header()}</SyncHdr><SyncBody>${body}<Final/></SyncBody></SyncML>`;
    const octets = wbxml === undefined ? Buffer.from(xml) : toWbxml(xml, wbxml);
    const sending = request(this.#url, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Type': contentType, Accept: '*/*', 'Content-Length': octets.length, ...headers },
    });
    sending.end(octets);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    const answer = await buffer(response);
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${answer}`);
    // I-002: several families take nothing without these.
    if (response.headers['content-length'] !== String(answer.length)) throw new Error('no Content-Length');
    if (response.headers['content-type'] !== contentType) throw new Error('another Content-Type');
    const message = decode(answer, wbxml === undefined ? 'xml' : 'wbxml');
    const header = message.body.find((one): one is Status => one.kind === 'Status' && one.CmdRef === '0');
    const said: ServerSaid = {
      message,
      headers: response.headers,
      octets: answer,
      commands: message.body.filter(({ kind }) => kind !== 'Status' && kind !== 'Results'),
      header,
    };
    this.heard.push(said);
    if (this.style.respURI !== false) this.#url = message.hdr.RespURI ?? this.#url;
    if (header?.Data === 212 || header?.Data === 200) this.#accepted = true;
    // NextNonce of the answer that took us is for the next session.
    this.#nonce = header?.Chal?.Meta.NextNonce ?? this.#nonce;
    return said;
  }

  #takeChallenge({ header }: ServerSaid): boolean {
    return (header?.Data === 401 || header?.Data === 407) && header.Chal !== undefined;
  }

  #header(): string {
    const { verDTD = '1.2', locName, hdrMeta } = this.style;
    const { id, name } = this.account;
    const source = `<Source><LocURI>${id}</LocURI>${locName === true ? `<LocName>${name}</LocName>` : ''}</Source>`;
    return `<VerDTD>${verDTD}</VerDTD><VerProto>DM/${verDTD}</VerProto><SessionID>${this.#sessionID}</SessionID><MsgID>${this.#msgID}</MsgID><Target><LocURI>${escaped(this.#url)}</LocURI></Target>${source}${this.#cred()}${hdrMeta === '' ? '' : `<Meta>${hdrMeta}</Meta>`}`;
  }

  #cred(): string {
    const { auth } = this.style;
    const { name, secret } = this.account;
    if (auth === 'none' || this.#accepted) return '';
    if (auth === 'basic' && this.#nonce === undefined) {
      return cred('syncml:auth-basic', Buffer.from(`${name}:${secret}`).toString('base64'));
    }
    if (this.#nonce === undefined) return '';
    const a = md5(Buffer.from(`${name}:${secret}`)).toString('base64');
    const digest = md5(Buffer.concat([Buffer.from(`${a}:`), Buffer.from(this.#nonce, 'base64')]));
    return cred('syncml:auth-md5', digest.toString('base64'));
  }

  #headerStatus(said: ServerSaid, cmdID: () => string): string {
    const { noHeaderRef } = this.style;
    const { MsgID, Target, Source } = said.message.hdr;
    const id = cmdID();
    if (noHeaderRef === true) {
      return `<Status><CmdID>${id}</CmdID><MsgRef>${MsgID}</MsgRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>`;
    }
    const refs = { TargetRef: Target.LocURI, SourceRef: Source.LocURI };
    return this.#status({ id, msgRef: MsgID, cmdRef: '0', cmd: 'SyncHdr', code: 212, ...refs });
  }

  async #answer(
    said: ServerSaid,
    command: Command,
    answer: (command: Command) => Reply | Promise<Reply>,
    cmdID: () => string,
  ): Promise<string> {
    const reply = await answer(command);
    if (reply === 'silent') return '';
    const msgRef = said.message.hdr.MsgID;
    const uri = targetOf(command);
    const base = { msgRef, cmdRef: command.CmdID, cmd: command.kind };
    const status = this.#status({
      ...base,
      id: cmdID(),
      code: reply.code,
      ...(uri === '' ? {} : { TargetRef: uri }),
    });
    if (command.kind !== 'Get' || reply.code !== 200) return status;
    return `${status}${this.#results(msgRef, command, reply, cmdID())}`;
  }

  #status(of: StatusParts): string {
    const { id, msgRef, cmdRef, cmd, code, TargetRef, SourceRef } = of;
    const refs = `${tag('TargetRef', TargetRef)}${tag('SourceRef', SourceRef)}`;
    return this.style.samsungOrder === true
      ? `<Status><CmdID>${id}</CmdID><Data>${code}</Data><MsgRef>${msgRef}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>${refs}</Status>`
      : `<Status><CmdID>${id}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>${refs}<Data>${code}</Data></Status>`;
  }

  #results(msgRef: number, command: Command, reply: Exclude<Reply, 'silent'>, id: string): string {
    const { value = '', format = 'chr', type = 'text/plain' } = reply;
    const uri = targetOf(command);
    const meta = `<Meta><Format xmlns="syncml:metinf">${format}</Format>${format === 'node' ? '' : `<Type xmlns="syncml:metinf">${type}</Type>`}<Size xmlns="syncml:metinf">${Buffer.byteLength(value)}</Size></Meta>`;
    const data = `<Data>${escaped(value)}${this.style.nul === true ? '\0' : ''}</Data>`;
    const item = `<Item><Source><LocURI>${escaped(uri)}</LocURI></Source>${meta}${data}</Item>`;
    return this.style.samsungOrder === true
      ? `<Results><CmdID>${id}</CmdID>${item}<MsgRef>${msgRef}</MsgRef><CmdRef>${command.CmdID}</CmdRef></Results>`
      : `<Results><CmdID>${id}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${command.CmdID}</CmdRef>${item}</Results>`;
  }
}

interface StatusParts {
  readonly id: string;
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly code: number;
  readonly TargetRef?: string;
  readonly SourceRef?: string;
}

export function targetOf(command: Command): string {
  const item: Item | undefined = 'items' in command ? command.items[0] : undefined;
  return item?.Target?.LocURI ?? '';
}

export function dataOf(command: Command): string {
  const item: Item | undefined = 'items' in command ? command.items[0] : undefined;
  return typeof item?.Data === 'string'
    ? item.Data
    : Buffer.from((item?.Data as Uint8Array | undefined) ?? []).toString('utf8');
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

export const XML_TYPE = 'application/vnd.syncml.dm+xml';
export const WBXML_TYPE = 'application/vnd.syncml.dm+wbxml';
export const TOOLKIT: WbxmlStyle = { header: NUMERIC_ID, opaqueData: true };

/** DevInfo in package 1; `Meta` only where a family writes one. */
export function devInfo(id: string, leaves: Readonly<Record<string, string>>, meta = ''): string {
  const items = Object.entries(leaves).map(
    ([leaf, value]) =>
      `<Item><Source><LocURI>./DevInfo/${leaf}</LocURI></Source>${meta}<Data>${escaped(value)}</Data></Item>`,
  );
  return `<Replace><CmdID>${id}</CmdID>${items.join('')}</Replace>`;
}

export function alert(id: string, code: number): string {
  return `<Alert><CmdID>${id}</CmdID><Data>${code}</Data></Alert>`;
}

/** An Alert 1226 as a family writes it: `item` is the inside of its Item. */
export function genericAlert(id: string, item: string, correlator?: string): string {
  return `<Alert><CmdID>${id}</CmdID><Data>1226</Data>${tag('Correlator', correlator)}<Item>${item}</Item></Alert>`;
}

export function meta(format: string, type: string, mark?: string): string {
  const one = (name: string, text: string | undefined) =>
    text === undefined ? '' : `<${name} xmlns="syncml:metinf">${text}</${name}>`;
  return `<Meta>${one('Format', format)}${one('Type', type)}${one('Mark', mark)}</Meta>`;
}

function cred(type: string, data: string): string {
  return `<Cred><Meta><Type xmlns="syncml:metinf">${type}</Type><Format xmlns="syncml:metinf">b64</Format></Meta><Data>${data}</Data></Cred>`;
}

function tag(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`;
}

function md5(octets: Uint8Array): Buffer {
  return createHash('md5').update(octets).digest();
}

function counter(): () => string {
  let id = 0;
  return () => {
    id += 1;
    return String(id);
  };
}
