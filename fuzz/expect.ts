import { Broken } from './target.ts';

/** The error classes with which a decoder refuses; any other that escapes it is a finding. */
type Refusals = readonly (abstract new (...args: never[]) => Error)[];

/** What `work` gives; undefined when it refused in the way that it promises. */
export function unlessRefused<T>(work: () => T, ...refusals: Refusals): T | undefined {
  try {
    return work();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Undefined, empty (`<Meta/>`) and missing members are the same, octets of either class too. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  const found = difference(plain(actual), plain(expected), '');
  if (found !== undefined) throw new Broken(`${what} differs at ${found}`);
}

/** Texts as XML can hold them: what it has no character for is written as U+FFFD. */
export function asXml<T>(value: T): T;
export function asXml(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(NOT_IN_XML, '\ufffd');
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => asXml(one));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asXml(one)]));
}

const NOT_IN_XML =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that XML 1.0 cannot hold
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const MAX_SHOWN = 160;

/** Place and values of the first difference. */
function difference(actual: unknown, expected: unknown, place: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (!isObject(actual) || !isObject(expected))
    return `${place || '/'}: ${shown(actual)} is not ${shown(expected)}`;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const found = difference(actual[key], expected[key], `${place}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, MAX_SHOWN);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString('hex') };
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (isNothing(one) ? [] : [[key, plain(one)]])),
  );
}

function isNothing(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value) || Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Map)
    return false;
  return Object.values(value).every(isNothing);
}
