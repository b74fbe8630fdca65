/** A small reverse proxy in front of a server, under a path of its own, as load balancers are. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReverseProxy {
  /** `http://127.0.0.1:port/prefix`. */
  readonly url: string;
  /** Set before the first request. */
  target: string;
  /** Headers it adds, such as X-Forwarded-Proto. */
  headers: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function reverseProxy(prefix: string): Promise<ReverseProxy> {
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? '';
    if (!path.startsWith(`${prefix}/`)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { ...incoming.headers, host: 'inside.invalid', ...proxy.headers };
    const onward = request(
      new URL(path.slice(prefix.length), proxy.target),
      { method: incoming.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: ReverseProxy = {
    url: `http://127.0.0.1:${port}${prefix}`,
    target: '',
    headers: {},
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
