import { encodeSms } from '@fumarole/dm/notification';
import { random } from '../../access/digests.ts';
import type { DeliveryReport, WakeChannel } from '../channel.ts';
import { parsePhoneAddress } from '../wake-address.ts';
import { WakeError } from '../wake-error.ts';
import {
  DEFAULT_DATA_CODING,
  DEFAULT_PER_SECOND,
  DEFAULT_VALIDITY_SECONDS,
  DEFAULT_WINDOW,
} from './limits.ts';
import { SmppLink } from './link.ts';
import type { SmppOptions } from './options.ts';
import { sameMessageId } from './receipt.ts';
import { type ShortMessage, SubmitQueue } from './submit-queue.ts';

export interface SmppPorts {
  /** The report under each of the names by which it may be known; resolves once it is kept, or nobody's. */
  readonly onReport: (report: DeliveryReport, also: readonly string[]) => Promise<void>;
  readonly onState: (bound: boolean, why: string) => void;
  /** For tests. */
  readonly reconnectMs?: number | undefined;
  readonly enquireLinkMs?: number | undefined;
}

export interface SmppChannel extends WakeChannel {
  readonly bound: boolean;
  readonly waiting: number;
}

/** User data with a header (SMPP 3.4 §5.2.12). */
const HAS_HEADER = 0x40;
const INTERNATIONAL = { ton: 1, npi: 1 } as const;

/** SMS through a short message service centre, `tel:+number`: WDP with ports in the user data header (notification §2.2). */
export function smppChannel(options: SmppOptions, ports: SmppPorts): SmppChannel {
  const { window = DEFAULT_WINDOW, perSecond = DEFAULT_PER_SECOND } = options;
  const queue = new SubmitQueue({ window, perSecond });
  const { onState, reconnectMs, enquireLinkMs } = ports;
  const link = new SmppLink(options, {
    queue,
    onState,
    reconnectMs,
    enquireLinkMs,
    onReceipt: ({ messageId, state, text }) => {
      const [reference = '', ...also] = sameMessageId(messageId).map(referenceOf);
      return ports.onReport({ reference, state, text }, also);
    },
  });
  return {
    name: 'smpp',
    patience: 'store-and-forward',
    get bound() {
      return link.bound;
    },
    get waiting() {
      return queue.length;
    },
    reaches: (address) => address.startsWith('tel:'),
    send: async (address, { pdu }) => {
      const number = parsePhoneAddress(address);
      if (number === undefined) throw new WakeError('bad-address', `${address} is no tel:+number`);
      const [reference = 0] = random(1);
      const ids: string[] = [];
      for (const userData of encodeSms(pdu, reference)) {
        ids.push(await queue.add(shortMessage(options, number, userData)));
      }
      return { references: options.receipts === false ? [] : ids.filter((id) => id !== '').map(referenceOf) };
    },
    close: () => link.close(),
  };
}

function referenceOf(messageId: string): string {
  return `smpp:${messageId}`;
}

function shortMessage(options: SmppOptions, number: string, userData: Uint8Array): ShortMessage {
  const { from = '', dataCoding = DEFAULT_DATA_CODING, receipts = true } = options;
  const { ton, npi } = senderType(from);
  return {
    source_addr_ton: ton,
    source_addr_npi: npi,
    source_addr: from.replace(/^\+/, ''),
    dest_addr_ton: INTERNATIONAL.ton,
    dest_addr_npi: INTERNATIONAL.npi,
    destination_addr: number,
    esm_class: HAS_HEADER,
    data_coding: dataCoding,
    registered_delivery: receipts ? 1 : 0,
    validity_period: validity(options.validitySeconds ?? DEFAULT_VALIDITY_SECONDS),
    short_message: Buffer.from(userData),
  };
}

/** Type of number and numbering plan: alphanumeric, international, or the network's own (SMPP 3.4 §5.2.5). */
function senderType(from: string): { readonly ton: number; readonly npi: number } {
  if (from.startsWith('+')) return INTERNATIONAL;
  return /\D/.test(from) ? { ton: 5, npi: 0 } : { ton: 0, npi: 0 };
}

/** Relative time `YYMMDDhhmmss000R` (SMPP 3.4 §7.1.1). */
function validity(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = seconds / 86_400;
  return `0000${two(days)}${two((seconds / 3_600) % 24)}${two((seconds / 60) % 60)}${two(seconds % 60)}000R`;
}
