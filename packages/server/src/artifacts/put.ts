import type { ArtifactStore, StoredArtifact } from './port.ts';

/** Stores a stream of octets whole or not at all. */
export async function putArtifact(
  store: ArtifactStore,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<StoredArtifact> {
  const staged = await store.stage(maxBytes);
  try {
    for await (const piece of body) await staged.write(piece);
    return await staged.commit();
  } finally {
    await staged.discard();
  }
}
