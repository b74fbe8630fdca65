/** Limits of the session engine; each guards something that a peer decides. */
export const SESSION_LIMITS: {
  readonly commands: number;
  readonly cmdIDLength: number;
  readonly nameLength: number;
  readonly owedCharacters: number;
  readonly messageBytes: number;
  readonly scarceMessageBytes: number;
  readonly outgoingCommands: number;
  readonly keyLength: number;
  readonly inlineObjectBytes: number;
  readonly authenticationFailures: number;
  readonly retryWindow: number;
  readonly idleMessages: number;
  readonly sessionIDLength: number;
  readonly uriLength: number;
  readonly nonceLength: number;
  readonly passedNonces: number;
} = {
  /** Commands other than Status and Results in one client message; each costs a stored Status. */
  commands: 40,
  /** Characters of a client's CmdID: each is stored until its Status is out. */
  cmdIDLength: 64,
  /** Characters kept of the name of an element that is no command of ours. */
  nameLength: 32,
  /** Statuses that found no room in an answer, as JSON: they wait in the stored session. */
  owedCharacters: 2000,
  /** One message of ours, whatever MaxMsgSize the device announces: it is in memory whole for the MAC. */
  messageBytes: 256 * 1024,
  /** Up to this MaxMsgSize headers are kept short, to leave room for commands. */
  scarceMessageBytes: 2048,
  /** Commands in one of our messages; each costs a row of the stored session. */
  outgoingCommands: 24,
  /** Characters of a command key. */
  keyLength: 96,
  /** Largest inline value that is cut into chunks; above it must be a `BlobRef`. */
  inlineObjectBytes: 2048,
  /** P-083. */
  authenticationFailures: 3,
  /** Milliseconds in which identical octets are a transport retry (P-016). */
  retryWindow: 120_000,
  /** Messages in a row without Final that bring nothing. */
  idleMessages: 16,
  /** Longest SessionID that is served; four characters are the custom. */
  sessionIDLength: 64,
  /** Longest Source and Target LocURI of a SyncHdr, and URI of a large Results. */
  uriLength: 512,
  /** Characters of base64; others limit the decoded nonce to 50 octets. */
  nonceLength: 256,
  /** Nonces passed over that are kept of one account: so many devices may share it and still be told apart. */
  passedNonces: 8,
};

/** Limits of the device's side. */
export const CLIENT_LIMITS: {
  readonly commands: number;
  readonly challenges: number;
  readonly serverFailures: number;
  readonly idleMessages: number;
  readonly assumedMaxMsgSize: number;
} = {
  /** Commands in one server message, nested ones included. */
  commands: 1000,
  /** Challenges answered in one session. */
  challenges: 3,
  /** Times that the server may fail to prove itself. */
  serverFailures: 3,
  /** I-044: times that more is asked for in vain. */
  idleMessages: 8,
  /** The server has not said what it takes. */
  assumedMaxMsgSize: 16_384,
};
