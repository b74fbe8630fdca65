/** A DM server that does what a test tells it: the real protocol core behind a real socket, and a script. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { accountDigest } from '@fumarole/dm/auth';
import {
  DEFAULT_SESSION_CONFIG,
  DEFAULT_WIRE,
  macHeader,
  reply,
  type ServerAccount,
  type ServerCommand,
  type ServerEvent,
  type ServerSession,
  step,
} from '@fumarole/dm/server';
import { type BlobRef, contentType, decode, joinParts, parseContentType } from '@fumarole/syncml';
import type { AccountOptions } from '../src/options.ts';

export type Script = (events: readonly ServerEvent[]) => readonly ServerCommand[];

const digests = {
  md5: (...chunks: readonly Uint8Array[]) => createHash('md5').update(Buffer.concat(chunks)).digest(),
  sha256: (...chunks: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(chunks)).digest(),
};

export class DmServer {
  readonly #server: Server;
  readonly #blobs = new Map<string, Uint8Array>();
  readonly events: ServerEvent[] = [];
  /** Answers before the DM endpoint, when it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  script: Script = () => [];
  /** Changes an answer on its way, as text where it is XML. */
  alter: (octets: Uint8Array) => Uint8Array = (octets) => octets;
  /** Status of alerts; 200 by default. */
  alertStatus = 200;
  requests = 0;
  #session: ServerSession | undefined;
  #account: ServerAccount;
  readonly #scheme: 'md5' | 'mac';
  readonly #secure: boolean;

  private constructor(server: Server, scheme: 'md5' | 'mac', secure: boolean, serverId: string) {
    this.#server = server;
    this.#scheme = scheme;
    this.#secure = secure;
    server.on('tlsClientError', (_, socket) => socket.destroy());
    this.#account = {
      serverId,
      client: {
        required: scheme,
        allowed: [scheme],
        name: 'd',
        a: accountDigest(digests, 'd', 'secret-of-device'),
      },
      server: { scheme, name: serverId, a: accountDigest(digests, serverId, 'secret-of-server') },
    };
  }

  static async open(
    scheme: 'md5' | 'mac' = 'md5',
    tls?: ServerOptions,
    serverId = 'bench',
  ): Promise<DmServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const dm = new DmServer(server, scheme, tls !== undefined, serverId);
    server.on('request', (request, response) => void dm.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return dm;
  }

  get url(): string {
    const address = this.#server.address();
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  get account(): AccountOptions {
    return {
      serverId: this.#account.serverId,
      url: `${this.url}/dm`,
      ...(this.#secure ? {} : { allowHttp: true }),
      client: { scheme: this.#scheme, name: 'd', secret: 'secret-of-device' },
      server: { scheme: this.#scheme, name: this.#account.serverId, secret: 'secret-of-server' },
    };
  }

  /** The server knows the device by another secret from now on. */
  expectSecret(secret: string): void {
    const { client } = this.#account;
    this.#account = {
      ...this.#account,
      client: { ...client, a: accountDigest(digests, client.name, secret) },
    };
  }

  /** What the server keeps of the account becomes something else. */
  change(to: (account: ServerAccount) => ServerAccount): void {
    this.#account = to(this.#account);
  }

  get serverAccount(): ServerAccount {
    return this.#account;
  }

  /** A large value for a command. */
  blob(octets: Uint8Array): BlobRef {
    const sha256 = createHash('sha256').update(octets).digest('hex');
    this.#blobs.set(sha256, octets);
    return { sha256, offset: 0, length: octets.length };
  }

  alerts(): readonly Extract<ServerEvent, { kind: 'generic-alert' }>[] {
    return this.events.flatMap((event) => (event.kind === 'generic-alert' ? [event] : []));
  }

  statusOf(key: string): number | undefined {
    return this.events
      .flatMap((event) => (event.kind === 'status' && event.key === key ? [event.code] : []))
      .at(-1);
  }

  valueOf(uri: string): string | undefined {
    const items = this.events.flatMap((event) => (event.kind === 'results' ? event.items : []));
    const data = items.findLast((item) => item.uri === uri)?.data;
    return data === undefined ? undefined : String(data);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    if (this.intercept(request, response)) return;
    const body = Buffer.concat(await request.toArray());
    const encoding = parseContentType(request.headers['content-type'])?.encoding ?? 'wbxml';
    const ports = { digests, random: (octets: number) => randomBytes(octets), now: Date.now() };
    const header = request.headers['x-syncml-hmac'];
    const stepped = step(
      this.#session,
      this.#account,
      {
        message: decode(body, encoding),
        encoding,
        bodyMd5: digests.md5(body),
        bodySha256: createHash('sha256').update(body).digest('hex'),
        ...(typeof header === 'string' ? { hmacHeader: header } : {}),
        transport: { allows: ['basic', 'md5', 'mac'], tokenValid: true },
      },
      ports,
      DEFAULT_SESSION_CONFIG,
    );
    this.events.push(...stepped.events);
    const commands = stepped.turn === 'commands' ? this.script(stepped.events) : [];
    const alerts = stepped.events.flatMap((event) => (event.kind === 'generic-alert' ? [event.cmdID] : []));
    const replied = reply(
      stepped.session,
      stepped.account,
      {
        commands,
        alertStatus: new Map(alerts.map((cmdID) => [cmdID, this.alertStatus])),
        wire: { ...DEFAULT_WIRE, binary: encoding === 'xml' ? 'b64' : 'bin', sequence: true },
        encoding,
      },
      ports,
      DEFAULT_SESSION_CONFIG,
    );
    this.events.push(...replied.events);
    this.#session = replied.session;
    this.#account = replied.account;
    const octets = this.alter(joinParts(replied.parts, (ref) => this.#read(ref)));
    response.writeHead(200, {
      'Content-Type': contentType(encoding, 'dm'),
      'Content-Length': octets.length,
      ...(replied.mac === undefined
        ? {}
        : { 'x-syncml-hmac': macHeader(replied.mac, digests.md5(octets), digests) }),
    });
    response.end(octets);
  }

  #read(ref: BlobRef): Uint8Array {
    return this.#blobs.get(ref.sha256)?.subarray(ref.offset, ref.offset + ref.length) ?? new Uint8Array();
  }
}

/** Says one list of commands after the other, each when the session lets it speak. */
export function inTurn(...turns: readonly (readonly ServerCommand[])[]): Script {
  let at = 0;
  return (events) => {
    // The server had to prove itself first: the same once more.
    if (!events.some(({ kind }) => kind === 'not-executed')) at += 1;
    return turns[at - 1] ?? [];
  };
}
