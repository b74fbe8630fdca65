import type { EventRow, TimelineRow } from './port.ts';

/** A line of a device's timeline as everybody is told it: `update.<state>`, or its kind. `id`: the device's, as it writes it. */
export function toldEvent(line: TimelineRow, id: string): EventRow {
  const { sequence, at, kind, key, text, update, data } = line;
  return {
    sequence,
    at,
    type: kind === 'update' && typeof data?.state === 'string' ? `update.${data.state}` : kind,
    device: key,
    data: { device: id, text, ...(update === undefined ? {} : { update }), ...data },
  };
}
