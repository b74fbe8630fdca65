/** Where an account points to: first address of type URI or empty; IPv4 and IPv6 as http (std-objects §4.2). Undefined: no address. */
export function serverAddress(address: string, type: string, port: string): string | undefined {
  if (address === '') return undefined;
  if (type === '' || type === 'URI') return withPort(address, port);
  const host = type === 'IPv6' ? `[${address}]` : address;
  return `http://${host}${port === '' ? '' : `:${port}`}/`;
}

/** The address of a 1.1.2 account: a URL, or a host that is spoken to by HTTP (std-objects §5). */
export function flatServerAddress(address: string, port: string): string | undefined {
  const type = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? 'URI' : 'IPv4';
  return serverAddress(address, type, port);
}

/** A PortNbr counts where the address itself names none. */
function withPort(url: string, port: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(url);
  const authority = match?.[2] ?? '';
  if (match === null || port === '' || /:\d+$/.test(authority)) return url;
  return `${match[1]}${authority}:${port}${match[3]}`;
}
