/** One Item ends with this status; thrown by the checks of tree §5.1 and turned into an outcome by the executor. */
export class Refusal extends Error {
  readonly status: number;
  /** The implicit parent that could not be made (tree §5.4). */
  readonly failedUri: string | undefined;
  constructor(status: number, failedUri?: string) {
    super(`status ${status}`);
    this.name = 'Refusal';
    this.status = status;
    this.failedUri = failedUri;
  }
}

export function refuseUnless(condition: boolean, status: number): void {
  if (!condition) throw new Refusal(status);
}
