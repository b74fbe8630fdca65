/** What the device descriptions say, by manufacturer and model, kept in memory until any process changes one. */
import type { DeviceRecord, Instant, ModelDescription } from '@fumarole/fumo/server';
import type { Store } from '../store/port.ts';
import { CATALOGUE_CHECK_MS } from './limits.ts';

type Description = ModelDescription | undefined;
type ByModel = ReadonlyMap<string, ModelDescription>;

/** Answers at once unless the store has to be asked. */
export interface DescriptionCatalogue {
  /** Undefined: there is none for this model, or the device has not told what it is. */
  descriptionFor(device: Pick<DeviceRecord, 'manufacturer' | 'model'>): Description | Promise<Description>;
  /** This process has changed a description: read again at once. */
  changed(): void;
}

/** Names a model, letter case and outer blanks ignored (S-050). */
export function modelKey(manufacturer: string, model: string): string {
  return `${manufacturer.trim().toLowerCase()}\n${model.trim().toLowerCase()}`;
}

export function descriptionCatalogue(store: Store, now: () => Instant): DescriptionCatalogue {
  let known: { readonly version: number; readonly byModel: ByModel } | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const atHand = (): ByModel | undefined =>
    Math.abs(now() - checkedAt) < CATALOGUE_CHECK_MS ? known?.byModel : undefined;
  const current = async (): Promise<ByModel> => {
    const version = await store.descriptionsVersion();
    if (known?.version !== version) {
      const rows = await store.descriptions();
      const byModel = new Map(
        rows.map(({ manufacturer, model, summary }) => [modelKey(manufacturer, model), summary]),
      );
      known = { version, byModel };
    }
    checkedAt = now();
    return known.byModel;
  };
  return {
    descriptionFor: ({ manufacturer, model }) => {
      if (manufacturer === undefined || model === undefined) return undefined;
      const found = atHand();
      if (found?.size === 0) return undefined;
      const name = modelKey(manufacturer, model);
      return found === undefined ? current().then((byModel) => byModel.get(name)) : found.get(name);
    },
    changed: () => {
      checkedAt = Number.NEGATIVE_INFINITY;
      known = undefined;
    },
  };
}
