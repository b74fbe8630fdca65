import type { PlannerConfig } from '@fumarole/fumo/server';
import type { LogLevel } from './observe/logger.ts';
import type { WakeOptions } from './wake/options.ts';

export interface ListenerOptions {
  /** Default 127.0.0.1: reachable from elsewhere only by an explicit choice. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** Absent: plain HTTP. */
  readonly tls?: TlsOptions;
}

export interface TlsOptions {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Default TLSv1.2; TLSv1 and TLSv1.1 are for old devices, by explicit choice. */
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** PEM file of the authorities of client certificates; their subject names the device (P-120). */
  readonly clientCaFile?: string;
}

export interface ServerOptions {
  /** Folder of everything the server keeps. */
  readonly dataDir: string;
  readonly listeners?: readonly ListenerOptions[];
  /** How the outside reaches this server, e.g. `https://dm.example.com`; default: the first listener's address. */
  readonly publicUrl?: string;
  /** Addresses or networks whose X-Forwarded-* headers are believed (`loopback`, CIDR …). */
  readonly trustedProxies?: readonly string[];
  /** ServerID announced to devices and used as name in server credentials. */
  readonly serverId?: string;
  /** `closed`: unknown devices are refused like a wrong secret. `open`: they are admitted. */
  readonly enrol?: 'closed' | 'open';
  /** Key file of the seal; default `seal.key` in the data folder, made at first start. */
  readonly keyFile?: string;
  readonly logLevel?: LogLevel;
  /** Where log lines are appended; default: standard error. */
  readonly logFile?: string;
  /** What a device is offered when its policy says nothing. */
  readonly offer?: 'automatic' | 'on-request' | 'manual';
  /** Largest message taken, announced to devices. */
  readonly maxMsgSize?: number;
  /** Largest value taken from a device. */
  readonly maxObjSize?: number;
  /** How long a session may be silent. */
  readonly sessionIdleMs?: number;
  readonly traces?: { readonly maxAgeMs?: number; readonly maxRows?: number; readonly maxBytes?: number };
  /** Gateways for package 0, and the waits between its repeats. */
  readonly wake?: WakeOptions;
  /** How often due work is looked for. */
  readonly dueIntervalMs?: number;
  /** Overrides of the planner's waits and budgets. */
  readonly planner?: Partial<PlannerConfig> | undefined;
  /** Serve devices of DM/1.1 too; default true. Without it they are refused with 513 and 505. */
  readonly dm11?: boolean;
  /** Schemes accepted without TLS from anywhere but loopback; default only `mac`. */
  readonly plainSchemes?: readonly ('basic' | 'md5' | 'mac')[];
  /** Time for open requests when the server stops. */
  readonly stopGraceMs?: number;
  /** DM messages worked on at once; above it devices are answered 503 with Retry-After. */
  readonly maxConcurrentMessages?: number;
  /** Time for the body of a DM message. */
  readonly bodyTimeoutMs?: number;
}
