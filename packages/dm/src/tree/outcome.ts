import type { Item } from '@fumarole/syncml';

/** What became of one Item of a command (or of a container); the session turns it into Status and Results. */
export interface CommandOutcome {
  readonly cmdID: string;
  /** Name of the command as a Status carries it. */
  readonly cmd: string;
  readonly code: number;
  readonly targetRef?: string;
  readonly sourceRef?: string;
  /** Items of the Status: answers of the user, or the implicit parent that could not be made (tree §5.4). */
  readonly items?: readonly Item[];
  /** Items of the Results that follow the Status. */
  readonly results?: readonly Item[];
}
