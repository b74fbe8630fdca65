export {
  PEER_ERROR_CODES,
  PeerError,
  type PeerErrorCode,
  USAGE_ERROR_CODES,
  UsageError,
  type UsageErrorCode,
} from './errors.ts';
export { CLIENT_LIMITS, SESSION_LIMITS } from './limits.ts';
export type { Digests, Instant, Random, SessionPorts } from './ports.ts';
