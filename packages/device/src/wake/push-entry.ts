/** Where every bearer hands over a WAP push, and who gets it: package 0 the wake desk, a document with an account the bootstrap desk. */
import { type BootstrapPush, bootstrapOf } from '@fumarole/dm/bootstrap';
import { DM_APPLICATION, NOTIFICATION_TYPE, readPush } from '@fumarole/dm/notification';
import type { Emit } from '../emit.ts';

/** How a push came. */
export type Bearer = 'udp' | 'sms' | 'http';

export interface PushPorts {
  readonly onPackage0: (package0: Uint8Array) => void;
  readonly onBootstrap: (push: BootstrapPush) => void;
  readonly emit: Emit;
}

/** Takes the octets of a connectionless WSP push; what is neither of the two is dropped without any answer (N-052). */
export type PushEntry = (pdu: Uint8Array, bearer: Bearer) => void;

export function pushEntry({ onPackage0, onBootstrap, emit }: PushPorts): PushEntry {
  return (pdu, bearer) => {
    const push = readPush(pdu);
    if (push?.contentType === NOTIFICATION_TYPE && push.applicationId === DM_APPLICATION) {
      onPackage0(push.body);
      return;
    }
    const document = push && bootstrapOf(push);
    if (document !== undefined) onBootstrap(document);
    else emit({ kind: 'wake', accepted: false, reason: `no push for device management (${bearer})` });
  };
}
