/**
 * Suffix array by induced sorting (Nong, Zhang, Chan: SA-IS, 2009): places of `text` in the order of what begins there.
 * Symbols are 0 … `largest`. Linear time; about 10 octets of memory for each of `text`, besides the result.
 */
export function suffixArray(text: Uint8Array | Int32Array, largest: number): Int32Array {
  const length = text.length;
  const order = new Int32Array(length);
  if (length < 2) return order;
  const sorter = new Sorter(text, largest, order);
  const starts = sorter.leftmostSmall();
  sorter.induce(starts);
  if (starts.length > 0) sorter.induce(sortStarts(text, sorter, starts));
  return order;
}

class Sorter {
  readonly #text: Uint8Array | Int32Array;
  readonly order: Int32Array;
  /** 1: what begins here is smaller than what begins one further. */
  readonly #small: Uint8Array;
  readonly #largeFrom: Int32Array;
  readonly #smallFrom: Int32Array;
  readonly #next: Int32Array;

  constructor(text: Uint8Array | Int32Array, largest: number, order: Int32Array) {
    this.#text = text;
    this.order = order;
    this.#small = smallness(text);
    this.#largeFrom = new Int32Array(largest + 2);
    this.#smallFrom = new Int32Array(largest + 2);
    this.#next = new Int32Array(largest + 2);
    this.#count(largest);
  }

  #count(largest: number): void {
    const [text, small, largeFrom, smallFrom] = [this.#text, this.#small, this.#largeFrom, this.#smallFrom];
    for (let i = 0; i < text.length; i++) {
      const symbol = text[i] ?? 0;
      if (small[i]) largeFrom[symbol + 1] = (largeFrom[symbol + 1] ?? 0) + 1;
      else smallFrom[symbol] = (smallFrom[symbol] ?? 0) + 1;
    }
    for (let symbol = 0; symbol <= largest; symbol++) {
      smallFrom[symbol] = (smallFrom[symbol] ?? 0) + (largeFrom[symbol] ?? 0);
      largeFrom[symbol + 1] = (largeFrom[symbol + 1] ?? 0) + (smallFrom[symbol] ?? 0);
    }
  }

  /** Places where a run of small ones begins. */
  leftmostSmall(): Int32Array {
    const small = this.#small;
    let count = 0;
    for (let i = 1; i < small.length; i++) if (!small[i - 1] && small[i]) count++;
    const starts = new Int32Array(count);
    for (let i = 1, k = 0; i < small.length; i++) if (!small[i - 1] && small[i]) starts[k++] = i;
    return starts;
  }

  /** Puts everything in order as far as it follows from the order of the starts. */
  induce(starts: Int32Array): void {
    const [text, order, small, next] = [this.#text, this.order, this.#small, this.#next];
    const length = text.length;
    order.fill(-1);
    next.set(this.#smallFrom);
    for (let k = 0; k < starts.length; k++) {
      const start = starts[k] ?? 0;
      const symbol = text[start] ?? 0;
      const at = next[symbol] ?? 0;
      order[at] = start;
      next[symbol] = at + 1;
    }
    next.set(this.#largeFrom);
    const last = text[length - 1] ?? 0;
    const lastAt = next[last] ?? 0;
    order[lastAt] = length - 1;
    next[last] = lastAt + 1;
    for (let i = 0; i < length; i++) {
      const before = (order[i] ?? 0) - 1;
      if (before < 0 || small[before]) continue;
      const symbol = text[before] ?? 0;
      const at = next[symbol] ?? 0;
      order[at] = before;
      next[symbol] = at + 1;
    }
    next.set(this.#largeFrom);
    for (let i = length - 1; i >= 0; i--) {
      const before = (order[i] ?? 0) - 1;
      if (before < 0 || !small[before]) continue;
      const symbol = (text[before] ?? 0) + 1;
      const at = (next[symbol] ?? 0) - 1;
      order[at] = before;
      next[symbol] = at;
    }
  }
}

function smallness(text: Uint8Array | Int32Array): Uint8Array {
  const small = new Uint8Array(text.length);
  for (let i = text.length - 2; i >= 0; i--) {
    const [here, after] = [text[i] ?? 0, text[i + 1] ?? 0];
    small[i] = here === after ? (small[i + 1] ?? 0) : here < after ? 1 : 0;
  }
  return small;
}

/** The starts in their order: runs are named by rank, and the names, a shorter text, are sorted the same way. */
function sortStarts(text: Uint8Array | Int32Array, { order }: Sorter, starts: Int32Array): Int32Array {
  const index = new Int32Array(text.length + 1).fill(-1);
  for (let k = 0; k < starts.length; k++) index[starts[k] ?? 0] = k;
  const roughly = order.filter((place) => (index[place] ?? -1) >= 0);
  const names = new Int32Array(starts.length);
  let name = 0;
  for (let i = 1; i < roughly.length; i++) {
    const [a, b] = [index[roughly[i - 1] ?? 0] ?? 0, index[roughly[i] ?? 0] ?? 0];
    if (!sameRun(text, starts, a, b)) name++;
    names[b] = name;
  }
  return suffixArray(names, name).map((k) => starts[k] ?? 0);
}

function sameRun(text: Uint8Array | Int32Array, starts: Int32Array, a: number, b: number): boolean {
  let [left, right] = [starts[a] ?? 0, starts[b] ?? 0];
  const leftEnd = starts[a + 1] ?? text.length;
  const rightEnd = starts[b + 1] ?? text.length;
  if (leftEnd - left !== rightEnd - right) return false;
  for (; left < leftEnd; left++, right++) if (text[left] !== text[right]) return false;
  return right < text.length && left < text.length && text[left] === text[right];
}
