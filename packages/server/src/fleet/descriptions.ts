/** Device descriptions (DDF) of models: read when they are given, kept as they were given. */
import { createHash } from 'node:crypto';
import { parseDdf } from '@fumarole/dm/tree';
import { describeModel } from '@fumarole/fumo/server';
import { DecodeError } from '@fumarole/syncml';
import type { DescriptionRow } from '../store/port.ts';
import { type DescriptionCatalogue, modelKey } from './description-catalogue.ts';
import { type DescriptionOrder, FleetError, type KeptDescription } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';
import { MAX_DESCRIPTIONS, MAX_MODEL_NAME } from './limits.ts';

const MAX_WARNINGS = 20;

/** @throws FleetError `description-invalid` */
export async function addDescription(
  { store, now }: Pick<FleetPorts, 'store' | 'now'>,
  catalogue: DescriptionCatalogue,
  { document, ...named }: DescriptionOrder,
): Promise<KeptDescription> {
  const ddf = read(document);
  if (ddf.nodes.length === 0) throw new FleetError('description-invalid', 'it describes no node');
  const manufacturer = (named.manufacturer ?? ddf.man ?? '').trim();
  const model = (named.model ?? ddf.mod ?? '').trim();
  for (const [what, text] of [
    ['manufacturer', manufacturer],
    ['model', model],
  ] as const) {
    if (text === '' || text.length > MAX_MODEL_NAME) {
      throw new FleetError('description-invalid', `the ${what} is not in the file and was not given`);
    }
  }
  const id = hash(modelKey(manufacturer, model));
  const others = (await store.descriptions()).filter((row) => row.id !== id);
  if (others.length >= MAX_DESCRIPTIONS) {
    throw new FleetError('description-invalid', `${others.length} models are described already`);
  }
  const row: DescriptionRow = {
    id,
    manufacturer,
    model,
    summary: describeModel(ddf, hash(document)),
    addedAt: now(),
  };
  await store.putDescription(row, document);
  catalogue.changed();
  const warnings = ddf.warnings.slice(0, MAX_WARNINGS).map(({ node, text }) => `${node}: ${text}`);
  return { ...row, warnings };
}

export async function removeDescription(
  { store }: Pick<FleetPorts, 'store'>,
  catalogue: DescriptionCatalogue,
  id: string,
): Promise<boolean> {
  const removed = await store.removeDescription(id);
  catalogue.changed();
  return removed;
}

function read(document: Uint8Array): ReturnType<typeof parseDdf> {
  try {
    return parseDdf(document);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FleetError('description-invalid', `no device description: ${error.message}`);
  }
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
