import { MAX_STREAM_OCTETS } from './limits.ts';
import type { Piece } from './octets.ts';

interface Segment extends Piece {
  /** Place in the stream, from the first octet seen. */
  readonly start: number;
  /** Frame and time that brought it. */
  readonly frame: number;
  readonly at: number;
}

export interface StreamPart {
  readonly pieces: readonly Piece[];
  /** Octets that the capture does not have, before this part. */
  readonly gap: number;
  /** Frame and time of the octet at a place of this part. */
  readonly momentOf: (at: number) => { readonly frame: number; readonly at: number };
}

/** One direction of a connection: segments in any order, repeated and overlapping, become a stream with its gaps named. */
export class TcpStream {
  #first: number | undefined;
  #octets = 0;
  readonly #segments: Segment[] = [];
  /** Octets beyond the limit, which are not kept. */
  dropped = 0;

  add(sequence: number, syn: boolean, payload: Piece, frame: number, at: number): void {
    this.#first ??= syn ? (sequence + 1) >>> 0 : sequence;
    const { octets } = payload;
    if (octets.length === 0) return;
    // sequence numbers wrap at 32 bits; what is far behind the beginning is older than it
    const start = ((syn ? sequence + 1 : sequence) - this.#first) | 0;
    if (this.#octets + octets.length > MAX_STREAM_OCTETS) {
      this.dropped += octets.length;
      return;
    }
    this.#octets += octets.length;
    this.#segments.push({ ...payload, start, frame, at });
  }

  /** What came, in order; a new part after each gap. */
  parts(): readonly StreamPart[] {
    const parts: { segments: Segment[]; gap: number }[] = [];
    let end: number | undefined;
    // a stable sort: of two segments for the same place the first counts
    for (const segment of this.#segments.toSorted((a, b) => a.start - b.start)) {
      const known = Math.max(0, (end ?? segment.start) - segment.start);
      const gap = end === undefined ? 0 : segment.start - end;
      if (known >= segment.octets.length) continue;
      const news = trimmed(segment, known);
      const last = parts.at(-1);
      if (last === undefined || gap > 0) parts.push({ segments: [news], gap });
      else last.segments.push(news);
      end = news.start + news.octets.length;
    }
    return parts.map(({ segments, gap }) => ({ pieces: segments, gap, momentOf: momentsOf(segments) }));
  }
}

function trimmed(segment: Segment, known: number): Segment {
  const { octets, offset, start } = segment;
  return { ...segment, octets: octets.subarray(known), offset: offset + known, start: start + known };
}

function momentsOf(segments: readonly Segment[]): StreamPart['momentOf'] {
  const base = segments[0]?.start ?? 0;
  return (at) => {
    const found = segments.findLast(({ start }) => start - base <= at) ?? segments[0];
    return { frame: found?.frame ?? 0, at: found?.at ?? 0 };
  };
}
