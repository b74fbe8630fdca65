/** One event of a Server-Sent Events stream. */
export interface SentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** An event larger than this is not one of ours. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/** Splits a stream into its events (WHATWG HTML §9.2.6); throws RangeError when one does not end. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<SentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_EVENT_CHARACTERS) throw new RangeError('an event without end');
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) yield event;
    }
  }
}

function parseEvent(block: string): SentEvent | undefined {
  const fields = new Map<string, string[]>();
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const id = fields.get('id')?.at(-1);
  return {
    ...(id === undefined ? {} : { id }),
    event: fields.get('event')?.at(-1) ?? 'message',
    data: data.join('\n'),
  };
}
