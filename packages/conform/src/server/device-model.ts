/** What the scripted device answers of itself: a device without firmware update, unless a check says otherwise. */
import type { Command } from '@fumarole/syncml';
import { results, status, type Unnumbered } from '../messages.ts';
import type { ServerTarget } from './server-peer.ts';

const DEV_DETAIL: Readonly<Record<string, string>> = {
  DevTyp: 'test',
  OEM: 'conform',
  FwV: '1.0',
  SwV: '1.0',
  HwV: '1',
  LrgObj: 'true',
  'URI/MaxDepth': '0',
  'URI/MaxTotLen': '0',
  'URI/MaxSegLen': '0',
};

/** Statuses, and Results, for one command: a Get of a known leaf has its value, anything else is not there. */
export function answerTo(command: Command, msgRef: number, target: ServerTarget): readonly Unnumbered[] {
  if (command.kind === 'Atomic' || command.kind === 'Sequence') {
    return [
      status(msgRef, command.CmdID, command.kind, command.kind === 'Atomic' ? 507 : 200),
      ...command.commands.map((child) => status(msgRef, child.CmdID, child.kind, 404)),
    ];
  }
  if (command.kind === 'Alert') return [status(msgRef, command.CmdID, 'Alert', alertCode(command.Data))];
  const uri = 'items' in command ? (command.items[0]?.Target?.LocURI ?? '') : '';
  const value = command.kind === 'Get' ? leafValue(uri, target) : undefined;
  const name = command.kind === 'Unsupported' ? command.name : command.kind;
  if (value === undefined)
    return [status(msgRef, command.CmdID, name, /\?(list|prop)=/.test(uri) ? 406 : 404)];
  return [
    status(msgRef, command.CmdID, name, 200),
    results(msgRef, command.CmdID, { Source: { LocURI: uri }, Data: value }),
  ];
}

function alertCode(code: string | undefined): number {
  return code === '1222' || code === '1223' || code === '1225' ? 200 : 406;
}

function leafValue(uri: string, { devInfo }: ServerTarget): string | undefined {
  const path = uri.replace(/^\.\//, '');
  const leaf = path.replace(/^DevDetail\//, '');
  return path.startsWith('DevDetail/') ? DEV_DETAIL[leaf] : devInfo[path.replace(/^DevInfo\//, '')];
}
