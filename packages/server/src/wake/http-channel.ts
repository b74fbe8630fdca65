import type { WakeChannel } from './channel.ts';
import { PUSH_ANSWER_MS } from './limits.ts';
import { WakeError } from './wake-error.ts';

/** HTTP push to a listener on the device: the body is package 0 itself (notification §2.3, N-056). */
export function httpChannel(): WakeChannel {
  return {
    name: 'http',
    patience: 'datagram',
    reaches: (address) => /^https?:\/\//.test(address),
    send: async (address, { contentType, applicationId, body }) => {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': contentType, 'x-wap-application-id': applicationId },
        body: Buffer.from(body),
        redirect: 'error',
        signal: AbortSignal.timeout(PUSH_ANSWER_MS),
      }).catch((error: unknown) => {
        throw new WakeError('no-connection', `${new URL(address).host} does not answer`, error);
      });
      // What a device says besides is not read.
      await response.body?.cancel().catch(() => undefined);
      if (response.ok) return { references: [] };
      const { status } = response;
      throw new WakeError(status >= 500 ? 'gateway-failed' : 'refused', `the device answered ${status}`);
    },
    close: async () => undefined,
  };
}
