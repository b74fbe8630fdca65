import type { Logger } from 'pino';
import type { WakeChannel } from './channel.ts';
import { hookChannel } from './hook-channel.ts';
import { httpChannel } from './http-channel.ts';
import type { WakeOptions } from './options.ts';
import { papChannel } from './pap/channel.ts';
import type { PushDesk } from './push-desk.ts';
import { type SmppChannel, smppChannel } from './smpp/channel.ts';
import { udpChannel } from './udp-channel.ts';

export interface ChannelPorts {
  readonly log: Logger;
  /** Takes the reports of networks. */
  readonly pushes: () => PushDesk;
  /** Where push proxy gateways post results. */
  readonly papResultUrl: () => string;
}

/** The channels of this server, in the order in which they are asked for a phone number: SMPP, the hook, PAP. */
export function openChannels(
  { smpp, hook, pap, http }: WakeOptions,
  { log, pushes, papResultUrl }: ChannelPorts,
): { readonly channels: readonly WakeChannel[]; readonly smpp: SmppChannel | undefined } {
  const sms =
    smpp &&
    smppChannel(smpp, {
      onReport: async (report, also) => void (await pushes().report(report, also)),
      onState: (bound, why) => {
        const gateway = new URL(smpp.url).host;
        if (bound) log.info({ gateway }, 'bound to the SMS gateway');
        else log.warn({ gateway, why }, 'not bound to the SMS gateway');
      },
    });
  return {
    channels: [
      udpChannel(),
      ...(sms === undefined ? [] : [sms]),
      ...(hook === undefined ? [] : [hookChannel(hook)]),
      ...(pap === undefined ? [] : [papChannel(pap, papResultUrl)]),
      ...(http === true ? [httpChannel()] : []),
    ],
    smpp: sms,
  };
}
