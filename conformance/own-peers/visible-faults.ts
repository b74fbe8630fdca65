/** Seeded faults that show on the wire, and the checks of `fumarole conform` that must find each. */
export interface VisibleFault {
  /** Of `conformance/faults/`. */
  readonly fault: string;
  readonly side: 'server' | 'client';
  readonly checks: readonly string[];
  /** The server must have an update for the device. */
  readonly update?: boolean;
}

export const VISIBLE_FAULTS: readonly VisibleFault[] = [
  { fault: 'server-missing-is-wrong', side: 'server', checks: ['auth-missing'] },
  { fault: 'server-challenges-with-one-nonce', side: 'server', checks: ['auth-wrong'] },
  { fault: 'server-forgets-next-nonce', side: 'server', checks: ['auth-next-nonce'] },
  { fault: 'server-status-skipped', side: 'server', checks: ['devinfo-forms'] },
  { fault: 'server-unknown-alert-taken', side: 'server', checks: ['alert-unknown', 'alert-of-servers'] },
  { fault: 'server-retry-by-number-alone', side: 'server', checks: ['retry-changed'] },
  { fault: 'server-takes-gaps', side: 'server', checks: ['gap'] },
  { fault: 'short-object-taken', side: 'server', checks: ['large-mismatch'] },
  {
    fault: 'client-obeys-strangers',
    side: 'client',
    checks: ['server-without-proof', 'server-with-wrong-proof'],
  },
  { fault: 'client-takes-any-version', side: 'client', checks: ['foreign-verdtd', 'foreign-verproto'] },
  { fault: 'client-answers-the-end', side: 'client', checks: ['end'] },
  { fault: 'short-object-taken', side: 'client', checks: ['large-mismatch'] },
  { fault: 'acl-ignored', side: 'client', checks: ['acl-of-strangers'] },
  { fault: 'add-overwrites', side: 'client', checks: ['add-existing'] },
  { fault: 'replace-of-what-is-not-there', side: 'client', checks: ['replace-missing'] },
  { fault: 'names-separated-by-commas', side: 'client', checks: ['get-interior'] },
  { fault: 'get-of-what-is-not-accessible', side: 'client', checks: ['account-secrets'] },
  { fault: 'exec-loses-its-correlator', side: 'client', checks: ['download-rubbish'] },
  { fault: 'result-from-the-operation-node', side: 'client', checks: ['download-rubbish'] },
  { fault: 'result-without-correlator', side: 'client', checks: ['download-rubbish'] },
  { fault: 'failure-marked-harmless', side: 'client', checks: ['download-rubbish'] },
];
