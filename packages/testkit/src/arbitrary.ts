export * from './arbitrary-conversations.ts';
export * from './arbitrary-messages.ts';
