import type { ItemContext, MetaItem } from './item-context.ts';
import type { ChunkSink } from './plugin.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { parseUri } from './uri.ts';

/** One piece of a large object as the session delivers it (protocol §4). */
export interface ChunkPart {
  readonly cmd: 'Add' | 'Replace';
  readonly cmdID?: string;
  readonly uri: string;
  readonly format?: string;
  readonly type?: string;
  readonly offset: number;
  /** Decoded octets. */
  readonly bytes: Uint8Array;
  /** As the server declared it, in the first part at least: of the base64 text when the format is `b64` (protocol §4). */
  readonly size?: number;
  readonly last: boolean;
}

/** What the intake asks of the commands. */
export interface ChunkPorts {
  /** Checks the target before the first octet is kept; the sink of the leaf, or undefined: buffer it. */
  open(context: ItemContext, part: ChunkPart, meta: MetaItem): Promise<ChunkSink | undefined>;
  /** The whole value of a buffered object. */
  apply(context: ItemContext, part: ChunkPart, octets: Uint8Array): Promise<number>;
}

interface OpenObject {
  readonly uri: string;
  readonly sink: ChunkSink | undefined;
  readonly buffered: Uint8Array[];
  /** Octets that may come. */
  readonly limit: number;
  received: number;
}

/** Octets the object has at least, once decoded. */
export function decodedSize({ size, format }: ChunkPart): number | undefined {
  if (size === undefined || format?.toLowerCase() !== 'b64') return size;
  return Math.max(0, Math.floor(size / 4) * 3 - 2);
}

/** The one large object that is on its way (protocol §4: never two at once). */
export class ChunkIntake {
  readonly #ports: ChunkPorts;
  #object: OpenObject | undefined;

  constructor(ports: ChunkPorts) {
    this.#ports = ports;
  }

  /** 213 while parts are missing, the status of the command after the last. @throws Refusal; the object is dropped then */
  async take(context: ItemContext, part: ChunkPart): Promise<number> {
    try {
      const object = await this.#objectOf(context, part);
      await this.#keep(object, part.bytes);
      if (!part.last) return 213;
      const code = await (object.sink?.commit() ?? this.#ports.apply(context, part, joined(object.buffered)));
      this.#object = undefined;
      return code;
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  async drop(uri?: string): Promise<void> {
    if (uri !== undefined && this.#object?.uri !== uri) return;
    const { sink } = this.#object ?? {};
    this.#object = undefined;
    await sink?.discard();
  }

  async #objectOf(context: ItemContext, part: ChunkPart): Promise<OpenObject> {
    if (part.offset > 0) {
      const fits = this.#object?.uri === part.uri && this.#object.received === part.offset;
      if (!fits || this.#object === undefined) throw new Refusal(424);
      return this.#object;
    }
    await this.drop();
    const item: MetaItem = {
      Target: { LocURI: part.uri },
      Meta: {
        ...(part.format === undefined ? {} : { Format: part.format }),
        ...(part.type === undefined ? {} : { Type: part.type }),
      },
    };
    const described = describedLimit(context, part.uri);
    const sink = await this.#ports.open(context, part, item);
    const limit = sink === undefined ? context.tree.limits.maxValueOctets : Number.POSITIVE_INFINITY;
    const object: OpenObject = {
      uri: part.uri,
      sink,
      buffered: [],
      received: 0,
      limit: Math.min(limit, described),
    };
    this.#object = object;
    return object;
  }

  async #keep(object: OpenObject, bytes: Uint8Array): Promise<void> {
    refuseUnless(object.received + bytes.length <= object.limit, 413);
    if (object.sink === undefined) object.buffered.push(bytes);
    else {
      const status = await object.sink.write(object.received, bytes);
      if (status !== 213) throw new Refusal(status);
    }
    object.received += bytes.length;
  }
}

/** What the description of the leaf allows. */
function describedLimit({ tree }: ItemContext, text: string): number {
  const uri = parseUri(text, tree.uriLimits);
  const description = uri.kind === 'uri' ? tree.describe(uri.path) : undefined;
  return description?.maxOctets ?? Number.POSITIVE_INFINITY;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
