import { randomBytes } from 'node:crypto';
import { type Api, callApi } from '../../packages/server/src/testing/endpoint-world.ts';
import type { PackageOrder } from '../../packages/testkit/src/index.ts';

/** A package of random octets, signed and published. */
export async function publish(
  api: Api,
  publisher: { readonly publicKey: Uint8Array; make(order: PackageOrder): Promise<Uint8Array> },
  models: readonly string[],
  bytes: number,
): Promise<void> {
  const publicKey = Buffer.from(publisher.publicKey).toString('base64');
  await callApi(api, 'POST', '/publisher-keys', { name: 'bench', publicKey });
  const octets = await publisher.make({
    image: randomBytes(bytes),
    version: '2.0',
    release: 2,
    models,
  });
  const response = await fetch(`${api.url}/api/packages?publish=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(octets),
  });
  if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`);
}
