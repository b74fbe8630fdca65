import type { Item, Meta } from './model.ts';

/** Whether a value is text by its Format or, when that is missing, by its Type: item over command, case ignored. */
export function holdsText(item: Meta | undefined, command: Meta | undefined): boolean {
  const type = (item?.Type ?? command?.Type)?.toLowerCase();
  if (type?.endsWith('+wbxml')) {
    return false;
  }
  const format = (item?.Format ?? command?.Format)?.toLowerCase();
  if (format !== undefined && format !== '') {
    return format !== 'bin';
  }
  // Without both it may be a later chunk of a binary object, whose Meta stood in the first one: octets.
  return type !== undefined && (type.startsWith('text/') || type.endsWith('+xml'));
}

export function isBase64(item: Item, command: Meta | undefined): boolean {
  return (item.Meta?.Format ?? command?.Format)?.toLowerCase() === 'b64';
}
