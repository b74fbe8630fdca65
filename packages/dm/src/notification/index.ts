export { formatSessionId, matchesSessionId } from './session-id.ts';
export { parseSmsDeliver, type SmsDeliver } from './sms-deliver.ts';
export { SmsReassembly } from './sms-reassembly.ts';
export { encodeSms, parseSmsUserData, SMS_OCTETS, type SmsDatagram, type SmsPart } from './sms-user-data.ts';
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
export {
  DM_APPLICATION,
  encodePush,
  encodePushPdu,
  MAX_HEADER_OCTETS,
  MAX_PUSH_OCTETS,
  NOTIFICATION_TYPE,
  type Push,
  parsePush,
  readPush,
  WAP_PUSH_PORT,
} from './wsp-push.ts';
export { readUintvar } from './wsp-value.ts';
