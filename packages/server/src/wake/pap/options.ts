/** An account at a push proxy gateway. */
export interface PapOptions {
  /** Where push messages are posted. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Host that client addresses of phone numbers end with: `WAPPUSH=+number/TYPE=PLMN@host`; default: the host of `url`. */
  readonly domain?: string;
  /** How results come: the gateway posts them to this server (default), it is asked, or neither. */
  readonly results?: 'notify' | 'query' | 'none';
}
