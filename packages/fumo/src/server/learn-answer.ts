/** Statuses and Results of our own commands. `pending` says what each key was. */
import type { ResultItem, ServerEvent } from '@fumarole/dm/server';
import { dataText } from '@fumarole/syncml';
import { pkgDataUri, pkgUrlUri, stateUri } from '../object/index.ts';
import type { DeviceRecord } from './device-record.ts';
import { LIST_URI, rootsInList, withListed } from './discovery.ts';
import { attemptOf, changeAttempt, type Draft, note } from './draft.ts';
import { withRead, withUnsupported } from './facts.ts';
import { learnExecStatus } from './learn-exec.ts';
import {
  learnTreeChunk,
  learnTreeResults,
  learnTreeSpooled,
  learnTreeStatus,
  type SpooledValue,
} from './learn-tree.ts';
import { MAX_ROOTS } from './limits.ts';
import { fail, succeed } from './outcome.ts';
import { isGood, replaceFailure } from './status-failure.ts';
import { watchFact } from './twins.ts';
import type { Attempt } from './update.ts';

/** What a key stands for; the argument may hold blanks. */
export function meaningOf(draft: Draft, key: string): { readonly what: string; readonly of: string } {
  const text = draft.device.session?.pending[key] ?? '';
  const blank = text.indexOf(' ');
  return { what: text.slice(0, Math.max(blank, 0)), of: text.slice(blank + 1) };
}

export function learnStatus(draft: Draft, event: Extract<ServerEvent, { kind: 'status' }>): void {
  const { key, code } = event;
  if (key === undefined || code === 101 || code === 213) {
    return; // matches nothing of ours, is still running, or is a chunk on its way
  }
  const { what, of } = meaningOf(draft, key);
  if ((what !== 'get' && what !== 'tree') || code >= 300) {
    forgetKey(draft, key); // a good Get still waits for its Results
  }
  switch (what) {
    case 'get':
      learnGetStatus(draft, of, code);
      break;
    case 'tree':
      learnTreeStatus(
        draft,
        of,
        code,
        event.items?.flatMap(({ Data }) => dataText(Data) ?? []),
      );
      break;
    case 'url':
    case 'data':
      learnReplaceStatus(draft, what, of, code);
      break;
    case 'exec':
      learnExecStatus(draft, of, code);
      break;
    case 'add':
      learnAddStatus(draft, of, code);
      break;
    default:
      return;
  }
}

/** A large value; only operators' commands ask for such. */
export function learnChunk(draft: Draft, chunk: Extract<ServerEvent, { kind: 'chunk' }>): void {
  const { what, of } = meaningOf(draft, chunk.key);
  if (what === 'tree') {
    learnTreeChunk(draft, of, chunk);
  }
}

export function learnSpooled(draft: Draft, event: SpooledValue): void {
  const { what, of } = meaningOf(draft, event.key);
  if (what === 'tree') {
    learnTreeSpooled(draft, of, event);
  }
}

/** Id of the operator's tree command that a key stands for. */
export function treeCommandOf({ session }: DeviceRecord, key: string): string | undefined {
  return /^tree ([^/]+)/.exec(session?.pending[key] ?? '')?.[1];
}

/** Results without a Status count as success (I-017); one Results with many Items or many with one (T-083). */
export function learnResults(draft: Draft, key: string, items: readonly ResultItem[]): void {
  const { what, of } = meaningOf(draft, key);
  if (what === 'tree') {
    learnTreeResults(draft, of, items, false);
  } else if (what === 'get' && of === LIST_URI) {
    learnList(draft, items);
  } else if (what === 'get') {
    const item = items.find(({ uri }) => uri === of) ?? items[0];
    if (item !== undefined) {
      const value = typeof item.data === 'string' ? item.data : '';
      const { format, type } = item;
      forgetKey(draft, key);
      const read = { status: 200, value, at: draft.ctx.now };
      draft.device = withRead(draft.device, of, {
        ...read,
        ...(format === undefined ? {} : { format }),
        ...(type === undefined ? {} : { type }),
      });
      watchFact(draft, of, value);
    }
  }
}

/** The client's package ended without a Status, or, `lost`, the session did. */
export function learnNoAnswer(draft: Draft, key: string, lost: boolean = false): void {
  const { what, of } = meaningOf(draft, key);
  forgetKey(draft, key);
  const attempt = attemptOf(draft.device.update, of);
  switch (what) {
    case 'get':
      if (!lost || of === LIST_URI) {
        learnGetUnanswered(draft, of);
      }
      break;
    case 'tree':
      learnTreeStatus(draft, of, 0);
      break;
    case 'exec':
      if (attempt?.state === 'sent') {
        // F-074: it may run; State is read before anything else is sent
        changeAttempt(draft, of, { state: 'unknown' });
        note(draft, 'attempt', 'the Exec got no Status; State decides what became of it');
      }
      return;
    case 'add':
      if (!lost) {
        draft.device = withUnsupported(draft.device, `add ${of}`, 0);
      }
      return;
    case 'url':
      // Nothing was started: the URL is written again in the next contact, and not for ever by who never answers.
      if (attempt?.state === 'writing' && lost) {
        changeAttempt(draft, of, { state: 'new' });
      } else if (attempt?.state === 'writing') {
        const text = 'the device did not answer when it was given the download address';
        fail(draft, attempt, {}, { reason: 'no-answer', retry: 'retry', text });
      }
      return;
    case 'data':
      if (attempt?.state === 'writing') {
        brokenTransfer(draft, attempt, 'the transfer of the package broke off');
      }
      return;
    default:
      return;
  }
}

/** Our credential was not accepted yet: nothing happened, it goes out again (P-089). */
export function learnNotExecuted(draft: Draft, key: string): void {
  const { what, of } = meaningOf(draft, key);
  forgetKey(draft, key);
  unsent(draft, what, of);
}

/** Takes back a step that never left, or that the device did not look at. */
export function unsent(draft: Draft, what: string, of: string): void {
  const attempt = attemptOf(draft.device.update, of);
  if (what === 'tree') {
    const commands = draft.device.commands.map((command) =>
      command.id === of && command.state === 'sent' ? { ...command, state: 'queued' as const } : command,
    );
    draft.device = { ...draft.device, commands };
  } else if (what === 'exec' && attempt?.state === 'sent') {
    changeAttempt(draft, of, { state: attempt.url === undefined ? 'new' : 'written' });
  } else if ((what === 'url' || what === 'data') && attempt?.state === 'writing') {
    changeAttempt(draft, of, { state: 'new' });
  }
}

export function learnObjectFailed(
  draft: Draft,
  key: string,
  reason: Extract<ServerEvent, { kind: 'object-failed' }>['reason'],
  code: number | undefined,
): void {
  const { what, of } = meaningOf(draft, key);
  forgetKey(draft, key);
  const attempt = attemptOf(draft.device.update, of);
  if (what !== 'data' || attempt?.state !== 'writing') {
    return;
  }
  if (reason === 'not-chunked') {
    // Took the first chunk for the whole (interop-notes.md §1.6): never offered in-band again.
    draft.device = withUnsupported(draft.device, `replace ${pkgDataUri(attempt.root)}`, code ?? 200);
    const text = 'the device does not assemble chunks';
    fail(draft, attempt, {}, { reason: 'not-implemented', retry: 'other-way', text });
  } else if (code !== undefined && code >= 300) {
    learnReplaceStatus(draft, 'data', of, code);
  } else {
    const text =
      reason === 'unreadable'
        ? 'the server cannot read the package'
        : 'the transfer of the package broke off';
    brokenTransfer(draft, attempt, text);
  }
}

function brokenTransfer(draft: Draft, attempt: Attempt, text: string): void {
  fail(draft, attempt, {}, { reason: 'network', retry: 'retry', text });
}

/** A 2xx alone says that it exists; its Results bring the value. */
function learnGetStatus(draft: Draft, uri: string, code: number): void {
  const before = draft.device.nodes[uri];
  const answered = before?.contact === draft.device.contacts && before.value !== undefined;
  if (uri === LIST_URI) {
    if (code >= 300) {
      // I-014: tried once and remembered
      draft.device = withUnsupported(draft.device, LIST_URI, code);
      draft.device = { ...draft.device, discovery: { ...draft.device.discovery, listed: [] } };
    } else if (draft.device.discovery.listed === undefined) {
      draft.device = { ...draft.device, discovery: { ...draft.device.discovery, listed: [] } };
    }
  } else if (code >= 300 || !answered) {
    draft.device = withRead(draft.device, uri, { status: code, at: draft.ctx.now });
  }
}

/** Unknown paths are skipped without Status by some (interop-notes.md §2.1): asked, and no value. */
function learnGetUnanswered(draft: Draft, uri: string): void {
  const read = draft.device.nodes[uri];
  if (uri === LIST_URI) {
    const { discovery } = draft.device;
    draft.device = { ...draft.device, discovery: { ...discovery, listed: discovery.listed ?? [] } };
  } else if (read === undefined || read.contact !== draft.device.contacts) {
    draft.device = withRead(draft.device, uri, { status: 0, at: draft.ctx.now });
  }
}

function learnList(draft: Draft, items: readonly ResultItem[]): void {
  const { discovery } = draft.device;
  // What did not fit one message goes on in the next.
  const earlier = (discovery.listed ?? []).map((root) => withListed(root, items));
  const found = rootsInList(items).filter((root) => !earlier.some(({ uri }) => uri === root.uri));
  draft.device = {
    ...draft.device,
    discovery: { ...discovery, listed: [...earlier, ...found].slice(0, MAX_ROOTS) },
  };
}

/** The Replace of PkgURL, or of PkgData, which is itself the download (fumo.md §4.2). */
function learnReplaceStatus(draft: Draft, what: 'url' | 'data', correlator: string, code: number): void {
  const attempt = attemptOf(draft.device.update, correlator);
  if (attempt === undefined || (attempt.state !== 'writing' && attempt.state !== 'sent')) {
    return;
  }
  if (isGood(code)) {
    if (what === 'data') {
      succeed(draft, attempt, { status: code }, 'the device has taken the whole package');
      // fumo.md §3.1: a completed Replace of PkgData leads to 50
      const read = { status: 200, value: '50', format: 'int', at: draft.ctx.now };
      draft.device = withRead(draft.device, stateUri(attempt.root), read);
    } else if (attempt.state === 'writing') {
      markExisting(draft, attempt.root);
      changeAttempt(draft, correlator, { state: 'written', status: code });
      note(draft, 'attempt', 'the device has the download address');
    }
    return;
  }
  const root = draft.device.roots.find(({ uri }) => uri === attempt.root);
  if (code === 418 && what === 'url' && root?.exists === false) {
    // F-041: it is there already, so it is replaced instead of added
    markExisting(draft, attempt.root);
    unsent(draft, what, correlator);
    return;
  }
  if (attempt.state === 'sent') {
    return; // sent side by side: the Exec's own Status decides
  }
  refuseReplace(draft, attempt, code);
}

/** F-132: a refused Replace means no Exec. */
function refuseReplace(draft: Draft, attempt: Attempt, code: number): void {
  const uri =
    attempt.kind === 'download' || attempt.kind === 'download-and-update'
      ? pkgUrlUri(attempt.root, attempt.kind)
      : pkgDataUri(attempt.root);
  const failure = replaceFailure(code, uri, attempt.kind === 'pkgdata');
  if (failure.retry === 'other-way') {
    draft.device = withUnsupported(draft.device, `replace ${uri}`, code);
  }
  fail(draft, attempt, { state: 'refused', status: code }, failure);
}

function learnAddStatus(draft: Draft, uri: string, code: number): void {
  const made = isGood(code) || code === 418;
  if (!made) {
    draft.device = withUnsupported(draft.device, `add ${uri}`, code);
    note(draft, 'warning', `the device refused to create ${uri} with ${code}`);
    return;
  }
  markExisting(draft, uri);
  note(draft, 'facts', `the firmware object ${uri} now exists`);
}

function markExisting(draft: Draft, uri: string): void {
  const roots = draft.device.roots.map((root) => (root.uri === uri ? { ...root, exists: true } : root));
  draft.device = { ...draft.device, roots };
}

/** The key is answered, or will never be. */
export function forgetKey(draft: Draft, key: string): void {
  const { session } = draft.device;
  if (session !== undefined) {
    const { [key]: _answered, ...pending } = session.pending;
    draft.device = { ...draft.device, session: { ...session, pending } };
  }
}
