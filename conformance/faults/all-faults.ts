import { AUTHENTICATION } from './authentication.ts';
import { BOOTSTRAP } from './bootstrap.ts';
import { CLIENT_SESSION } from './client-session.ts';
import { DEVICE } from './device.ts';
import type { Fault } from './fault.ts';
import { FLEET } from './fleet.ts';
import { LARGE_OBJECTS } from './large-objects.ts';
import { NOTIFICATION_FAULTS } from './notification.ts';
import { OBJECTS } from './objects.ts';
import { SERVER_SESSION } from './server-session.ts';
import { TREE_FAULTS } from './tree.ts';
import { WAKING } from './waking.ts';

export const FAULTS: readonly Fault[] = [
  ...SERVER_SESSION,
  ...CLIENT_SESSION,
  ...AUTHENTICATION,
  ...LARGE_OBJECTS,
  ...DEVICE,
  ...BOOTSTRAP,
  ...TREE_FAULTS,
  ...FLEET,
  ...OBJECTS,
  ...WAKING,
  ...NOTIFICATION_FAULTS,
];
