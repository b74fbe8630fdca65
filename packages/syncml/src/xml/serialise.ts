import type { XmlElement } from './element.ts';

export interface SerialiseOptions {
  /** Spaces per level; absent: no white space is added. */
  readonly indent?: number;
  /** Write `<?xml version="1.0" encoding="UTF-8"?>` first. */
  readonly declaration?: boolean;
}

/** XML text of an element; a namespace is declared where it differs from the parent's. */
export function serialiseXml(element: XmlElement, options?: SerialiseOptions): string {
  throw new Error(`not yet ${element.name} ${typeof options}`);
}
