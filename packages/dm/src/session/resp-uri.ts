const LONGEST = 2048;

/** Where the next message goes (P-112): RespURI, absolute or relative to `base`; never from https to http. */
export function resolveURI(respURI: string | undefined, base: string): string {
  const uri = respURI?.trim() ?? '';
  const origin = /^https?:\/\/[^/?#]+/i.exec(base)?.[0];
  if (uri === '' || uri.length > LONGEST || origin === undefined) {
    return base;
  }
  const resolved = resolve(uri, origin, base);
  const downgraded = /^https:/i.test(base) && /^http:/i.test(resolved);
  return downgraded ? base : resolved;
}

function resolve(uri: string, origin: string, base: string): string {
  if (/^https?:\/\//i.test(uri)) {
    return uri;
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(uri) || uri.startsWith('//')) {
    return base;
  }
  if (uri.startsWith('/')) {
    return origin + uri;
  }
  const path = base.replace(/[?#].*$/, '');
  return uri.startsWith('?')
    ? path + uri
    : `${path === origin ? `${path}/` : path.replace(/[^/]*$/, '')}${uri}`;
}
