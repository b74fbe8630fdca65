/** Update life (the server's words): `assigned → offered → downloading → downloaded → installing → installed → confirmed`. */

export type UpdateState =
  | 'assigned'
  | 'offered'
  | 'downloading'
  | 'downloaded'
  | 'installing'
  | 'installed'
  | 'unverified'
  | 'silent'
  | 'confirmed'
  | 'unprovable'
  | 'failed'
  | 'refused'
  | 'rolled-back'
  | 'timed-out'
  | 'cancelled'
  | 'superseded'
  | 'not-needed'
  | 'regressed';

export interface UpdateStateInfo {
  readonly state: UpdateState;
  /** The planner still works on it. */
  readonly open: boolean;
  /** `good`: the device runs the target. `bad`: it does not and a person may want to know. */
  readonly outcome: 'pending' | 'good' | 'bad' | 'neutral';
  readonly meaning: string;
}

export const UPDATE_STATES: readonly UpdateStateInfo[] = [
  { state: 'assigned', open: true, outcome: 'pending', meaning: 'chosen for the device, nothing sent yet' },
  {
    state: 'offered',
    open: true,
    outcome: 'pending',
    meaning: 'delivery or operation begun, not yet accepted',
  },
  { state: 'downloading', open: true, outcome: 'pending', meaning: 'the device fetches the package' },
  { state: 'downloaded', open: true, outcome: 'pending', meaning: 'the device holds the package' },
  { state: 'installing', open: true, outcome: 'pending', meaning: 'the device installs the package' },
  {
    state: 'installed',
    open: true,
    outcome: 'pending',
    meaning: 'the device reported success, version not read yet',
  },
  {
    state: 'unverified',
    open: true,
    outcome: 'pending',
    meaning: 'success was reported but the version could not be read or has not changed yet',
  },
  { state: 'silent', open: true, outcome: 'pending', meaning: 'no contact at all for longer than the limit' },
  {
    state: 'confirmed',
    open: false,
    outcome: 'good',
    meaning: 'the device, afterwards, reports the target version',
  },
  {
    state: 'unprovable',
    open: false,
    outcome: 'neutral',
    meaning: 'installed, but old and new version read alike',
  },
  { state: 'failed', open: false, outcome: 'bad', meaning: 'an alert or a status said so' },
  { state: 'refused', open: false, outcome: 'bad', meaning: 'the user or a device policy said no' },
  { state: 'rolled-back', open: false, outcome: 'bad', meaning: 'the device went back to the old version' },
  { state: 'timed-out', open: false, outcome: 'bad', meaning: 'a stage exceeded its limit' },
  { state: 'cancelled', open: false, outcome: 'neutral', meaning: 'cancelled by an operator' },
  {
    state: 'superseded',
    open: false,
    outcome: 'neutral',
    meaning: 'another version or package took its place',
  },
  { state: 'not-needed', open: false, outcome: 'good', meaning: 'the device already runs the target' },
  {
    state: 'regressed',
    open: false,
    outcome: 'bad',
    meaning: 'was confirmed, reports another, older version now',
  },
];

const BY_STATE: ReadonlyMap<UpdateState, UpdateStateInfo> = new Map(
  UPDATE_STATES.map((row) => [row.state, row]),
);

/** True while the planner still works on an update in this state. */
export function isOpen(state: UpdateState): boolean {
  return BY_STATE.get(state)?.open === true;
}
