import * as crypto from 'node:crypto';
import { ed25519Ports, type ReadPorts } from '@fumarole/update-package/read';

/** node:crypto as the update package wants it. */
export const packagePorts: ReadPorts = ed25519Ports(crypto);
