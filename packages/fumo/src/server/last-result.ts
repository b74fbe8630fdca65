/**
 * What is behind a 410. Data of a result alert is a bare integer (F-081), so a device that went back to its old image
 * cannot say so there; ours does in the vendor leaf `<X>/Ext/LastResult`, as `410 rolled back: …`. It is read once after
 * a 410, from roots that have an `Ext`; a device without the leaf answers 404, and nothing changes.
 */
import { lastResultUri } from '../object/index.ts';
import { changeUpdate, type Draft } from './draft.ts';
import { MAX_QUOTE } from './limits.ts';

const UPDATE_FAILED = 410;

/** The leaf to Get, while its answer is missing. */
export function unreadLastResult({ device }: Draft): readonly string[] {
  const uri = leafOf(device.update?.root);
  const { update } = device;
  const told = update?.state === 'failed' && update.rawKind === 'result' && update.rawCode === UPDATE_FAILED;
  const root = device.roots.find((one) => one.uri === update?.root);
  if (!told || uri === undefined || root?.ext !== true) return [];
  return answerOf(device, uri) === undefined ? [uri] : [];
}

/** failed → rolled-back, when the device itself says so. */
export function refineFailure(draft: Draft): void {
  const { update } = draft.device;
  const uri = leafOf(update?.root);
  if (update?.state !== 'failed' || update.rawCode !== UPDATE_FAILED || uri === undefined) return;
  const text = answerOf(draft.device, uri)?.value ?? '';
  if (!/^\s*410\b.*\broll/is.test(text)) return;
  const quoted = JSON.stringify(text.slice(0, MAX_QUOTE));
  changeUpdate(draft, { state: 'rolled-back', reason: 'rolled-back' }, `the device says ${quoted}`);
}

function leafOf(root: string | undefined): string | undefined {
  return root === undefined ? undefined : lastResultUri(root);
}

/** Only an answer that is not older than the result it explains. */
function answerOf(device: Draft['device'], uri: string): Draft['device']['nodes'][string] | undefined {
  const read = device.nodes[uri];
  const ended = device.update?.attempts.at(-1)?.endedContact;
  return read !== undefined && ended !== undefined && read.contact >= ended ? read : undefined;
}
