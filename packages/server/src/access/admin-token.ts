import type { Store } from '../store/port.ts';
import { random } from './digests.ts';
import { makeToken, tokenHash } from './tokens.ts';

const FIRST = 'first';

/** Makes the first admin token when there is none at all; undefined otherwise. Of two processes that start at once, one makes it. */
export async function firstAdminToken(store: Store, now: number): Promise<string | undefined> {
  if ((await store.tokens()).length > 0) return undefined;
  const token = makeToken(random);
  try {
    await store.putToken({ id: FIRST, name: 'admin', role: 'admin', hash: tokenHash(token), createdAt: now });
    return token;
  } catch (error) {
    if ((await store.tokens()).length > 0) return undefined;
    throw error;
  }
}
