import { formatMgmtTree, type Item } from '@fumarole/syncml';
import type { ItemContext } from '../item-context.ts';
import type { Path } from '../node.ts';
import type { TndsSelection } from './selection.ts';
import { writeTnds } from './write-tnds.ts';

const TNDS_TYPE = 'application/vnd.syncml.dmtnds';

/** `?list=TNDS`: one Item with the serialised subtree, in the encoding of the message (tree §7, §8.1). */
export function listTnds(context: ItemContext, uri: string, path: Path, selection: TndsSelection): Item {
  const tree = writeTnds(context, path, selection);
  const Source = { LocURI: uri };
  return context.wire === 'xml'
    ? { Source, Meta: { Format: 'xml', Type: `${TNDS_TYPE}+xml` }, Data: formatMgmtTree(tree, 'xml') }
    : { Source, Meta: { Format: 'bin', Type: `${TNDS_TYPE}+wbxml` }, Data: formatMgmtTree(tree, 'wbxml') };
}
