const OMA_URN = /^(urn:oma:mo:[^:]+):(\d+)(?:\.\d+)?$/;

/** Do two management object identifiers name the same object? The minor version of OMA URNs is ignored (tree §9.1). */
export function isSameObject(a: string, b: string): boolean {
  if (a === b) return true;
  const left = OMA_URN.exec(a);
  const right = OMA_URN.exec(b);
  return left !== null && right !== null && left[1] === right[1] && left[2] === right[2];
}
