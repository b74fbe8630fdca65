/** Large values that operators' tree commands bring: kept outside of session and record, which have length and hash. */
import { deviceKey } from '@fumarole/dm/objects';
import type { ResultItem, ServerEvent } from '@fumarole/dm/server';
import { type DeviceRecord, type SpooledValue, treeCommandOf } from '@fumarole/fumo/server';
import { Spool, type SpooledFile, type SpoolPiece } from '../artifacts/spool.ts';
import { INLINE_VALUE_BYTES } from './limits.ts';

export type ValueSpool = Pick<Spool, 'write' | 'discard'>;
type Learnable = ServerEvent | SpooledValue;
type Chunk = Extract<ServerEvent, { kind: 'chunk' }>;

/** Most messages bring none. */
export function bringsValues(events: readonly ServerEvent[]): boolean {
  return events.some(({ kind }) => kind === 'chunk' || kind === 'results' || kind === 'chunk-failed');
}

/**
 * The events with large values taken out of them. May run again for the same message: pieces have their place. What
 * finds no room is left as it is, and the record keeps as much of it as it can.
 */
export async function keepLargeValues(
  values: ValueSpool,
  device: DeviceRecord,
  events: readonly ServerEvent[],
): Promise<readonly Learnable[]> {
  const kept: Learnable[] = [];
  for (const event of events) {
    const command = 'key' in event && event.key !== undefined ? treeCommandOf(device, event.key) : undefined;
    kept.push(...(command === undefined ? [event] : await keep(values, device, command, event)));
  }
  return kept;
}

async function keep(
  values: ValueSpool,
  device: DeviceRecord,
  command: string,
  event: ServerEvent,
): Promise<readonly Learnable[]> {
  const nameOf = (uri: string): string => valueName(device.id, command, uri);
  switch (event.kind) {
    case 'chunk': {
      const taken = await values.write(nameOf(event.uri), event);
      if (taken === 'refused') return [event];
      return taken === 'open' ? [] : [spooled(event, taken)];
    }
    case 'chunk-failed':
      await values.discard(nameOf(event.uri));
      return [event];
    case 'results': {
      const kept: Learnable[] = [];
      for (const item of event.items) {
        const piece = wholePiece(item);
        const taken =
          piece.size > INLINE_VALUE_BYTES ? await values.write(nameOf(item.uri), piece) : 'refused';
        kept.push(
          typeof taken === 'string'
            ? { ...event, items: [item] }
            : spooled({ ...item, key: event.key }, taken),
        );
      }
      return kept;
    }
    default:
      return [event];
  }
}

/** Where the value of a node that a tree command read is kept. */
export function valueName(deviceId: string, command: string, uri: string): string {
  return Spool.nameOf(deviceKey(deviceId), command, uri);
}

function wholePiece({ data }: ResultItem): SpoolPiece {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
  return { offset: 0, bytes, size: bytes.length, last: true };
}

function spooled(
  { key, uri, format, type }: Omit<ResultItem, 'data'> & Pick<Chunk, 'key'>,
  file: SpooledFile,
): SpooledValue {
  return {
    kind: 'spooled',
    key,
    uri,
    ...file,
    ...(format === undefined ? {} : { format }),
    ...(type === undefined ? {} : { type }),
  };
}
