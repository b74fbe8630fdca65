import type { Target } from '../target.ts';
import { capture } from './capture.ts';
import { decodeCommand } from './decode-command.ts';
import { delta } from './delta.ts';
import { descriptor } from './descriptor.ts';
import { deviceCsv } from './device-csv.ts';
import { pap, smppReceipt } from './gateways.ts';
import { headers } from './headers.ts';
import { ddf, tnds } from './mgmt-tree.ts';
import { multipart } from './multipart.ts';
import { acl, uri } from './names.ts';
import { bootstrap, package0, provisioning, sms, wspPush } from './push.ts';
import { sessionClient, sessionServer } from './session.ts';
import { syncmlWbxml, syncmlXml } from './syncml.ts';
import { updatePackage } from './update-package.ts';
import { wbxml } from './wbxml.ts';

export const TARGETS: readonly Target[] = [
  wbxml,
  syncmlWbxml,
  syncmlXml,
  tnds,
  ddf,
  provisioning,
  bootstrap,
  descriptor,
  package0,
  wspPush,
  sms,
  updatePackage,
  delta,
  headers,
  acl,
  uri,
  deviceCsv,
  multipart,
  pap,
  smppReceipt,
  sessionServer,
  sessionClient,
  decodeCommand,
  capture,
];

export function targetNamed(name: string): Target {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new RangeError(`no target ${name}`);
  return target;
}
