import {
  type ReplyInput,
  type ReplyResult,
  reply,
  type ServerCommand,
  type ServerSession,
  type SessionConfig,
  type StepResult,
} from '@fumarole/dm/server';
import type { Instant } from '@fumarole/fumo/server';
import { digests, random } from '../access/digests.ts';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { assemble } from './assemble.ts';
import type { BlobReader } from './blob-port.ts';

export interface WrittenAnswer {
  readonly replied: ReplyResult;
  readonly body: Uint8Array;
}

/**
 * The answer with the octets of the objects in it. A package that is lost or cut short on our disk must not stop the
 * device: it is answered without, and the fleet learns that the object failed.
 */
export function writeAnswer(
  { blobs, session: config }: { readonly blobs: BlobReader; readonly session: SessionConfig },
  { session, account }: StepResult,
  input: ReplyInput,
  now: Instant,
): WrittenAnswer | Promise<WrittenAnswer> {
  const ports = { digests, random, now };
  const replied = reply(session, account, input, ports, config);
  const body = assemble(replied.parts, blobs);
  if (!(body instanceof Promise)) return { replied, body };
  return body.then(
    (octets) => ({ replied, body: octets }),
    async (error: unknown) => {
      const unreadable = objectsIn(session, input.commands);
      if (!(error instanceof ArtifactError) || unreadable.size === 0) throw error;
      const without = reply(session, account, { ...input, unreadable }, ports, config);
      return { replied: without, body: await assemble(without.parts, blobs) };
    },
  );
}

/** Keys of the stored objects that this answer may carry a piece of. */
function objectsIn({ sending }: ServerSession, commands: readonly ServerCommand[]): ReadonlySet<string> {
  const keys = commands.filter(isOfObject).map(({ key }) => key);
  return new Set(sending?.source.kind === 'blob' ? [sending.key, ...keys] : keys);
}

function isOfObject(command: ServerCommand): boolean {
  if (command.kind !== 'add' && command.kind !== 'replace') return false;
  return typeof command.data === 'object' && !(command.data instanceof Uint8Array);
}
