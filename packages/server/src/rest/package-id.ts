import type { Store } from '../store/port.ts';
import { found } from './outcome.ts';
import { RestError } from './rest-error.ts';

/** The id of the one package that begins so; throws RestError `not-found` or, for several, `unprocessable`. */
export async function packageId(store: Pick<Store, 'packages'>, text: string): Promise<string> {
  const ids = (await store.packages()).map(({ record }) => record.id).filter((id) => id.startsWith(text));
  if (ids.length > 1 && !ids.includes(text))
    throw new RestError('unprocessable', `${text} begins several packages.`);
  return found(ids.includes(text) ? text : ids[0], 'package', text);
}
