import type { CheckGroup } from '../check.ts';
import { ALERTS } from './checks/alerts.ts';
import { AUTHENTICATION } from './checks/authentication.ts';
import { ENCODINGS } from './checks/encodings.ts';
import { FIRMWARE } from './checks/firmware.ts';
import { LARGE_OBJECTS } from './checks/large-objects.ts';
import { MAC } from './checks/mac.ts';
import { MESSAGES } from './checks/messages.ts';
import { ABUSE, TRANSPORT } from './checks/transport.ts';
import type { ServerPeer } from './server-peer.ts';

export const SERVER_CHECKS: readonly CheckGroup<ServerPeer>[] = [
  TRANSPORT,
  AUTHENTICATION,
  MAC,
  MESSAGES,
  ALERTS,
  ENCODINGS,
  LARGE_OBJECTS,
  FIRMWARE,
  ABUSE,
];
