import type { ItemContext } from './item-context.ts';

/** Runs the work of one Item; when it is refused, plug-ins and tree are as before, and nothing is left behind (T-048, T-085). */
export async function allOrNothing<T>(context: ItemContext, work: () => Promise<T>): Promise<T> {
  const before = context.tree.root;
  const done = context.undo.length;
  try {
    return await work();
  } catch (error) {
    for (const step of context.undo.splice(done).reverse()) await step();
    context.tree.rollback(before);
    throw error;
  }
}
