import type { FastifyInstance } from 'fastify';
import type { DeliveryReport } from '../channel.ts';
import { MAX_PAP_OCTETS } from '../limits.ts';
import { reportOf } from './channel.ts';
import { type GatewayWord, readGatewayWord, resultAnswer } from './pap-document.ts';

/** Where push proxy gateways post what became of a push; below the public URL. */
export const PAP_RESULT_PATH = '/pap';

const OK = 1000;
const BAD_REQUEST = 2000;
const PUSH_ID_UNKNOWN = 2004;

/**
 * `POST /pap/TOKEN`: resultnotification-message in, resultnotification-response out. Only a gateway was told the token;
 * what is nobody's push changes nothing.
 */
export async function registerPap(
  app: FastifyInstance,
  token: string,
  onReport: (report: DeliveryReport) => Promise<boolean>,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(`${PAP_RESULT_PATH}/${token}`, { bodyLimit: MAX_PAP_OCTETS }, async ({ body }, reply) => {
      const word = Buffer.isBuffer(body) ? readable(body) : undefined;
      reply.type('application/xml');
      if (word?.kind !== 'resultnotification-message' || word.pushId === undefined) {
        return reply.code(400).send(resultAnswer('', '', BAD_REQUEST));
      }
      const { pushId, address } = word;
      const known = await onReport(reportOf(word, pushId));
      return reply.send(resultAnswer(pushId, address, known ? OK : PUSH_ID_UNKNOWN));
    });
  });
}

function readable(octets: Uint8Array): GatewayWord | undefined {
  try {
    return readGatewayWord(octets);
  } catch {
    // Anybody can post here: what is no PAP is answered, and no fault of ours.
    return undefined;
  }
}
