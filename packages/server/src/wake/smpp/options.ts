/** An account at a short message service centre. */
export interface SmppOptions {
  /** `smpp://host:2775`, or `smpps://host:3550` for TLS. */
  readonly url: string;
  readonly systemId: string;
  readonly password: string;
  readonly systemType?: string;
  /** Sender of the messages: digits, `+` and digits, or up to 11 letters; default: the gateway's choice. */
  readonly from?: string;
  /** Messages a second. */
  readonly perSecond?: number;
  /** Messages sent and not yet answered. */
  readonly window?: number;
  /** Of 8-bit data: 4 (default), or what the operator asks for, such as 245. */
  readonly dataCoding?: number;
  readonly validitySeconds?: number;
  /** Ask for delivery receipts; default true. */
  readonly receipts?: boolean;
  /** PEM files: the authority of the gateway, this server's certificate and its key. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}
