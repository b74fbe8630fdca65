/** How long the URIs may be that the server sends to a device (S-014, tree.md §2.2). */
import type { DeviceRecord } from './device-record.ts';

const REPORTED = {
  depth: './DevDetail/URI/MaxDepth',
  total: './DevDetail/URI/MaxTotLen',
  segment: './DevDetail/URI/MaxSegLen',
} as const;

/** A widely deployed engine reports 512 and 256 but enforces these. */
const OWN = { total: 255, segment: 120 } as const;
/** Up to here no device has been seen to refuse: its limits are not asked for. */
const SHORT = { depth: 6, total: 100, segment: 40 } as const;

interface Measures {
  readonly depth: number;
  readonly total: number;
  readonly segment: number;
}

/** Which limit a URI exceeds, in words; undefined: it may go out. */
export function overLimit(device: DeviceRecord, uri: string): string | undefined {
  const { nodes } = device;
  if (uri.length <= OWN.segment && Object.values(REPORTED).every((limit) => nodes[limit] === undefined)) {
    return undefined; // nothing that could be exceeded
  }
  const { depth, total, segment } = measure(uri);
  const limits = {
    depth: reported(device, REPORTED.depth) ?? Number.POSITIVE_INFINITY,
    total: Math.min(reported(device, REPORTED.total) ?? OWN.total, OWN.total),
    segment: Math.min(reported(device, REPORTED.segment) ?? OWN.segment, OWN.segment),
  };
  if (depth > limits.depth) return `${depth} segments, the device takes ${limits.depth}`;
  if (total > limits.total) return `${total} characters, at most ${limits.total} are sent`;
  return segment > limits.segment
    ? `a segment of ${segment} characters, at most ${limits.segment} are sent`
    : undefined;
}

/** What has to be asked before this URI, or any, may be used: nothing for a short one, or where the device has answered. */
export function unaskedLimits(device: DeviceRecord, uri?: string): readonly string[] {
  return uri !== undefined && isShort(uri)
    ? []
    : Object.values(REPORTED).filter((limit) => device.nodes[limit] === undefined);
}

function isShort(uri: string): boolean {
  const { depth, total, segment } = measure(uri);
  return depth <= SHORT.depth && total <= SHORT.total && segment <= SHORT.segment;
}

/** As the device counts: characters of the LocURI as sent, its selector included; segments without it (tree.md §2.2). */
function measure(uri: string): Measures {
  const segments = (uri.split('?')[0] ?? '').split('/').filter((segment) => segment !== '.');
  return {
    depth: segments.length,
    total: uri.length,
    segment: Math.max(0, ...segments.map(({ length }) => length)),
  };
}

/** A decimal number, 0 for no limit; anything else says nothing. */
function reported(device: DeviceRecord, limit: string): number | undefined {
  const text = device.nodes[limit]?.value?.trim() ?? '';
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return value === 0 ? undefined : value;
}
