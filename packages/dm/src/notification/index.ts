export { formatSessionId, matchesSessionId } from './session-id.ts';
export {
  encodeTrigger,
  type ParsedTrigger,
  parseTrigger,
  SAFE_SERVER_ID_CHARACTERS,
  type Trigger,
  type TriggerKey,
  triggerOctets,
  type UiMode,
  verifyTrigger,
} from './trigger.ts';
export { encodePush, MAX_PUSH_OCTETS, parsePush, WAP_PUSH_PORT } from './wsp-push.ts';
