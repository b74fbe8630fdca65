import type { Pdu } from 'smpp';
import type { DeliveryReport } from '../channel.ts';
import { MAX_GATEWAY_TEXT } from '../limits.ts';
import { MAX_MESSAGE_ID } from './limits.ts';

/** A receipt as the gateway sent it (SMPP 3.4 §2.11, Appendix B). */
export interface Receipt {
  readonly messageId: string;
  readonly state: DeliveryReport['state'];
  readonly text: string;
}

/** message_state (§5.2.28) and the words of Appendix B. */
const STATES: Readonly<Record<string, DeliveryReport['state']>> = {
  '1': 'pending',
  '2': 'delivered',
  '3': 'failed',
  '4': 'failed',
  '5': 'failed',
  '6': 'pending',
  '7': 'failed',
  '8': 'failed',
  ENROUTE: 'pending',
  DELIVRD: 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  ACCEPTD: 'pending',
  UNKNOWN: 'failed',
  REJECTD: 'failed',
};
/** esm_class, message type: delivery receipt, or an intermediate notification. */
const MESSAGE_TYPE = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE = 0x20;

/** The receipt in a deliver_sm or data_sm: its parameters, or its text where there are none; undefined: it is none. */
export function readReceipt(pdu: Pdu): Receipt | undefined {
  const type = typeof pdu.esm_class === 'number' ? pdu.esm_class & MESSAGE_TYPE : 0;
  if (type !== RECEIPT && type !== INTERMEDIATE) return undefined;
  const text = textOf(pdu.short_message) || textOf(pdu.message_payload);
  const messageId = textOf(pdu.receipted_message_id) || (/\bid:(\S+)/i.exec(text)?.[1] ?? '');
  const word = (/\bstat:([A-Za-z]+)/i.exec(text)?.[1] ?? '').toUpperCase();
  const state = STATES[String(pdu.message_state)] ?? STATES[word];
  if (messageId === '' || messageId.length > MAX_MESSAGE_ID || state === undefined) return undefined;
  const error = /\berr:(\w{1,8})/i.exec(text)?.[1];
  const said = [word || `state ${String(pdu.message_state)}`, error === undefined ? '' : `error ${error}`];
  return {
    messageId,
    state: type === INTERMEDIATE && state === 'failed' ? 'pending' : state,
    text: said
      .filter((part) => part !== '')
      .join(', ')
      .slice(0, MAX_GATEWAY_TEXT),
  };
}

/** Gateways answer submit_sm with the id in one base and send the receipt with the other: all that may be meant. */
export function sameMessageId(id: string): readonly string[] {
  const bare = id.replace(/^0+(?=.)/, '');
  const others = [bare, bare.toLowerCase(), bare.toUpperCase()];
  if (/^\d{1,18}$/.test(id)) {
    const hex = BigInt(id).toString(16);
    others.push(hex, hex.toUpperCase());
  }
  if (/^[0-9a-f]{1,16}$/i.test(id)) others.push(BigInt(`0x${id}`).toString());
  return [...new Set([id, ...others])];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.split('\0', 1)[0] ?? '';
  if (Buffer.isBuffer(value)) return textOf(value.toString('latin1'));
  return typeof value === 'object' && value !== null && 'message' in value ? textOf(value.message) : '';
}
