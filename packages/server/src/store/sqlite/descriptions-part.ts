import type { ModelDescription } from '@fumarole/fumo/server';
import type { DescriptionRow, Store } from '../port.ts';
import type { Row } from './connection.ts';
import type { Context } from './context.ts';
import { blob, int, json, text } from './values.ts';

type Part = Pick<
  Store,
  'descriptions' | 'descriptionDocument' | 'putDescription' | 'removeDescription' | 'descriptionsVersion'
>;

/** Device descriptions by model. */
export function descriptionsPart({ db, commit }: Context): Part {
  const changed = (): void => {
    db.run(
      "INSERT INTO counters (name, value) VALUES ('descriptions', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
    );
  };
  return {
    descriptions: async () =>
      db
        .all(
          'SELECT id, manufacturer, model, summary, added_at FROM descriptions ORDER BY manufacturer, model',
        )
        .map(descriptionRow),
    descriptionDocument: async (id) => {
      const row = db.get('SELECT document FROM descriptions WHERE id = ?', id);
      return row === undefined ? undefined : blob(row, 'document');
    },
    putDescription: async ({ id, manufacturer, model, summary, addedAt }, document) => {
      await commit.run(() => {
        db.run(
          `INSERT INTO descriptions (id, manufacturer, model, summary, document, added_at) VALUES (?,?,?,?,?,?)
           ON CONFLICT (id) DO UPDATE SET manufacturer = excluded.manufacturer, model = excluded.model,
             summary = excluded.summary, document = excluded.document, added_at = excluded.added_at`,
          id,
          manufacturer,
          model,
          JSON.stringify(summary),
          document,
          addedAt,
        );
        changed();
      });
    },
    removeDescription: (id) =>
      commit.run(() => {
        const removed = db.run('DELETE FROM descriptions WHERE id = ?', id) > 0;
        if (removed) changed();
        return removed;
      }),
    descriptionsVersion: async () => {
      const row = db.get("SELECT value FROM counters WHERE name = 'descriptions'");
      return row === undefined ? 0 : int(row, 'value');
    },
  };
}

function descriptionRow(row: Row): DescriptionRow {
  const id = text(row, 'id');
  return {
    id,
    manufacturer: text(row, 'manufacturer'),
    model: text(row, 'model'),
    summary: json<ModelDescription>(text(row, 'summary'), `the summary of description ${id}`),
    addedAt: int(row, 'added_at'),
  };
}
