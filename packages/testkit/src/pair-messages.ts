import { md5Credential } from '@fumarole/dm/auth';
import type {
  Alert,
  Command,
  Cred,
  Item,
  Meta,
  Replace,
  Results,
  Status,
  SyncHdr,
  SyncMLMessage,
} from '@fumarole/syncml';
import { decodeBase64 } from '@fumarole/syncml';
import { nodeDigests } from './pair-ports.ts';

/** Hand-made messages, for what a well-behaved peer never sends. */

export const DEVICE = 'IMEI:493005100592800';
export const CLIENT_NAME = 'IMEI:493005100592800';
export const CLIENT_SECRET = 's3cr3t-Pa55';
export const SERVER_NAME = 'com.example.dm';
export const SERVER_SECRET = 'srv-Pa55-0001';
export const SERVER_URL = 'http://dm.example.com/dm';

export type HeaderChange = Partial<SyncHdr> & { readonly final?: boolean };

export function fromClient(
  MsgID: number,
  body: readonly Command[],
  change: HeaderChange = {},
): SyncMLMessage {
  const { final, ...hdr } = change;
  return {
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: '1',
      MsgID,
      Target: { LocURI: SERVER_URL },
      Source: { LocURI: DEVICE },
      ...hdr,
    },
    body,
    final: final ?? true,
  };
}

export function fromServer(
  MsgID: number,
  body: readonly Command[],
  change: HeaderChange = {},
): SyncMLMessage {
  const { Target, Source } = { Target: { LocURI: DEVICE }, Source: { LocURI: SERVER_URL } };
  return fromClient(MsgID, body, { Target, Source, ...change });
}

/** Package 1 as most clients send it. */
export function package1(
  MsgID: number = 1,
  change: HeaderChange = {},
  more: readonly Command[] = [],
): SyncMLMessage {
  return fromClient(MsgID, [alert('2', 1201), devInfo('3'), ...more], change);
}

export function alert(CmdID: string, code: number | string, items: readonly Item[] = []): Alert {
  return { kind: 'Alert', CmdID, Data: String(code), items };
}

export function genericAlert(CmdID: string, ...items: readonly Item[]): Alert {
  return alert(CmdID, 1226, items);
}

export function typedItem(Type: string, Data: string, source?: string): Item {
  return {
    ...(source === undefined ? {} : { Source: { LocURI: source } }),
    Meta: { Format: 'chr', Type },
    Data,
  };
}

export function devInfo(CmdID: string): Replace {
  const leaf = (name: string, Data: string): Item => ({ Source: { LocURI: `./DevInfo/${name}` }, Data });
  const items = [leaf('DevId', DEVICE), leaf('Man', 'Fumarole'), leaf('Mod', 'Virtual')];
  return { kind: 'Replace', CmdID, items };
}

export function status(
  CmdID: string,
  MsgRef: number,
  CmdRef: string,
  Cmd: string,
  Data: number,
  more: Partial<Status> = {},
): Status {
  return {
    kind: 'Status',
    CmdID,
    MsgRef,
    CmdRef,
    Cmd,
    Data,
    TargetRef: [],
    SourceRef: [],
    items: [],
    ...more,
  };
}

/** Status of the SyncHdr. */
export function headerStatus(MsgRef: number, code: number = 200, chal?: Meta): Status {
  return status('1', MsgRef, '0', 'SyncHdr', code, chal === undefined ? {} : { Chal: { Meta: chal } });
}

export function results(CmdID: string, MsgRef: number, CmdRef: string, ...items: readonly Item[]): Results {
  return { kind: 'Results', CmdID, MsgRef, CmdRef, items };
}

/** Cred of auth-md5 over A and the base64 of a nonce. */
export function md5Cred(a: string, nonce: string): Cred {
  const octets = decodeBase64(nonce) ?? new Uint8Array(0);
  return { Meta: { Format: 'b64', Type: 'syncml:auth-md5' }, Data: md5Credential(nodeDigests, a, octets) };
}

/** The Statuses of a message, as `Cmd CmdRef Data`. */
export function statusLines(message: SyncMLMessage | undefined): readonly string[] {
  return (message?.body ?? []).flatMap((command) =>
    command.kind === 'Status' ? [`${command.Cmd} ${command.CmdRef} ${command.Data}`] : [],
  );
}

/** The commands of a message other than Status, as `kind` or `Alert code`. */
export function commandLines(message: SyncMLMessage | undefined): readonly string[] {
  return (message?.body ?? []).flatMap((command) => {
    if (command.kind === 'Status') {
      return [];
    }
    return [command.kind === 'Alert' ? `Alert ${command.Data}` : command.kind];
  });
}

/** Meta of the Chal in the SyncHdr Status. */
export function chalOf(message: SyncMLMessage | undefined): Meta | undefined {
  return message?.body.flatMap((command) =>
    command.kind === 'Status' && command.CmdRef === '0' && command.Chal !== undefined
      ? [command.Chal.Meta]
      : [],
  )[0];
}
