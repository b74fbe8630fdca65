import type { AuthScheme } from '@fumarole/dm/server';
import type { DeviceRecord } from '@fumarole/fumo/server';
import type { DmRequest } from './exchange.ts';

export interface TransportPolicy {
  /** Schemes taken without TLS from beyond loopback, besides `mac`. */
  readonly plainSchemes: readonly AuthScheme[];
  readonly enrol: 'closed' | 'open';
}

const PROTECTED: readonly AuthScheme[] = ['none', 'basic', 'md5', 'mac'];

/**
 * Without TLS only auth-MAC is accepted, except on loopback or by explicit choice, for all devices or for one (design, Security): a digest without
 * the body in it proves nothing about the commands that follow.
 */
export function allowedSchemes(
  request: DmRequest,
  policy: TransportPolicy,
  device: DeviceRecord | undefined,
): readonly AuthScheme[] {
  if (request.certificateDevice !== undefined) return [...PROTECTED, 'transport'];
  if (request.secure || request.loopback) return PROTECTED;
  const own = device?.policy.plainSchemes ?? [];
  return ['mac', ...policy.plainSchemes, ...own, ...(policy.enrol === 'open' ? (['none'] as const) : [])];
}

/** Whether what is learned in this exchange is protected by nothing but hope. */
export function isWeak(request: DmRequest, scheme: AuthScheme): boolean {
  return !request.secure && !request.loopback && scheme !== 'mac';
}
