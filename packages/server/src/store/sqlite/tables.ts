/** The searchable tables as Kysely sees them. */
export interface Tables {
  readonly devices: {
    readonly serial: number;
    readonly key: string;
    readonly version: number;
    readonly manufacturer: string | null;
    readonly model: string | null;
    readonly firmware: string | null;
    readonly state: string | null;
    readonly quarantined: number;
    readonly next_due: number | null;
    readonly due_lease: number | null;
    readonly record: string;
  };
  readonly sessions: { readonly key: string; readonly contact: string | null };
  readonly events: {
    readonly sequence: number;
    readonly at: number;
    readonly type: string;
    readonly device: string | null;
    readonly text: string | null;
    readonly device_id: string | null;
    readonly update_id: string | null;
    readonly data: string | null;
  };
}
