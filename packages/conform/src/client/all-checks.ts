import type { CheckGroup } from '../check.ts';
import { DOWNLOADS } from './checks/downloads.ts';
import { FIRMWARE } from './checks/firmware.ts';
import { FLOWS } from './checks/flows.ts';
import { INTERACTION } from './checks/interaction.ts';
import { LARGE_OBJECTS } from './checks/large-objects.ts';
import { OPENING } from './checks/opening.ts';
import { ACCOUNTS } from './checks/secrets.ts';
import { SESSIONS } from './checks/sessions.ts';
import { TREE } from './checks/tree.ts';
import type { ClientPeer } from './client-peer.ts';

export const CLIENT_CHECKS: readonly CheckGroup<ClientPeer>[] = [
  OPENING,
  SESSIONS,
  TREE,
  ACCOUNTS,
  INTERACTION,
  LARGE_OBJECTS,
  FIRMWARE,
  DOWNLOADS,
  FLOWS,
];
