import type { AuthScheme } from '@fumarole/dm/server';
import type { DmRequest } from './exchange.ts';

export interface TransportPolicy {
  /** Schemes taken without TLS from beyond loopback, besides `mac`. */
  readonly plainSchemes: readonly AuthScheme[];
  readonly enrol: 'closed' | 'open';
}

const PROTECTED: readonly AuthScheme[] = ['none', 'basic', 'md5', 'mac'];

/**
 * Without TLS only auth-MAC is accepted, except on loopback or by explicit choice (design, Security): a digest without
 * the body in it proves nothing about the commands that follow.
 */
export function allowedSchemes(request: DmRequest, policy: TransportPolicy): readonly AuthScheme[] {
  if (request.certificateDevice !== undefined) return [...PROTECTED, 'transport'];
  if (request.secure || request.loopback) return PROTECTED;
  return ['mac', ...policy.plainSchemes, ...(policy.enrol === 'open' ? (['none'] as const) : [])];
}

/** Whether what is learned in this exchange is protected by nothing but hope. */
export function isWeak(request: DmRequest, scheme: AuthScheme): boolean {
  return !request.secure && !request.loopback && scheme !== 'mac';
}
