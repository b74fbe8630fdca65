export { formatSessionId, matchesSessionId } from './session-id.ts';
export {
  encodeTrigger,
  type Md5,
  type ParsedTrigger,
  parseTrigger,
  type Trigger,
  type TriggerKey,
  type UiMode,
  verifyTrigger,
} from './trigger.ts';
export { encodePush, parsePush, WAP_PUSH_PORT } from './wsp-push.ts';
