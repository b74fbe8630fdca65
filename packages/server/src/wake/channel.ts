/** What is pushed to a device: the same content in the form of each carrier. */
export interface PushMessage {
  /** Media type with its parameters, as HTTP and PAP name it. */
  readonly contentType: string;
  /** `x-wap-application:…`, as HTTP and PAP name it. */
  readonly applicationId: string;
  readonly body: Uint8Array;
  /** The connectionless WSP push that UDP and SMS carry. */
  readonly pdu: Uint8Array;
}

export interface Sent {
  /** Names of what the network took, under which it may report later; none where nothing ever reports. */
  readonly references: readonly string[];
}

/** What a network says of a push that it had taken. */
export interface DeliveryReport {
  readonly reference: string;
  /** `pending`: a later report follows. */
  readonly state: 'delivered' | 'failed' | 'pending';
  /** In the network's words. */
  readonly text: string;
}

export type ChannelName = 'udp' | 'http' | 'smpp' | 'hook' | 'pap';

/** A way to bring a push to a device. */
export interface WakeChannel {
  readonly name: ChannelName;
  /** `datagram`: it is there at once or lost. `store-and-forward`: the network keeps it until the device can be reached. */
  readonly patience: 'datagram' | 'store-and-forward';
  /** Is this one of the addresses that it serves? */
  reaches(address: string): boolean;
  /** Resolves when the push left, or the gateway has taken it; nothing acknowledges a package 0. @throws WakeError */
  send(address: string, push: PushMessage): Promise<Sent>;
  /** What became of a push; undefined: the gateway does not know. Absent: reports come by themselves, or never. */
  ask?(reference: string): Promise<DeliveryReport | undefined>;
  close(): Promise<void>;
}

/** How the device shall treat the wake (notification §1.1). */
export interface WakeOrder {
  readonly uiMode?: 'none' | 'background' | 'informative' | 'interactive' | undefined;
  /** `client`: a user asked for it, at a portal or a care line. */
  readonly initiator?: 'server' | 'client' | undefined;
}

export type WakeOutcome = 'queued' | 'no-address' | 'no-channel' | 'no-credentials' | 'unknown';

/** Asks for package 0 to a device; repeats, resynchronisation and giving up are the service's own. */
export interface WakeService {
  /** Resolves when the wake is queued durably; otherwise why there is no way to wake it. */
  wake(key: string, order?: WakeOrder): Promise<WakeOutcome>;
  /** The device showed up with this session: nothing more is sent. */
  arrived(key: string, sessionID: string): Promise<void>;
}
