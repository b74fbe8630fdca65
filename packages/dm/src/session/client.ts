export { macHeader } from '../auth/credential.ts';
export type { MacKey } from '../auth/hmac-header.ts';
export { answer } from './client-answer.ts';
export { open } from './client-open.ts';
export { receive } from './client-receive.ts';
export type * from './client-types.ts';
