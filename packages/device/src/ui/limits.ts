/** Characters of a text or choice that is shown; a longer one can not be displayed (416). */
export const MAX_TEXT_CHARACTERS = 2048;
/** Choices of one question; more can not be displayed (416). */
export const MAX_CHOICES = 32;
/** Characters of an answer without MAXLEN. */
export const MAX_ANSWER_CHARACTERS = 1024;
/** Longest wait for the user, milliseconds, also without MAXDT: a session waits meanwhile. */
export const MAX_WAIT_MS = 300_000;
/** How often an answer that does not fit is asked again before it counts as cancelled. */
export const MAX_TRIES = 3;
