import { join } from 'node:path';
import { FAULTS } from '../faults/all-faults.ts';
import type { Fault } from '../faults/fault.ts';

/** Names the fault that is seeded into the sources as they are loaded; unset: none. */
export const FAULT_VARIABLE = 'FUMAROLE_FAULT';

const root = join(import.meta.dirname, '..', '..');

/** The fault that the environment asks for. @throws Error when there is no such fault. */
export function wantedFault(): Fault | undefined {
  const id = process.env[FAULT_VARIABLE];
  if (id === undefined || id === '') return undefined;
  const fault = FAULTS.find((one) => one.id === id);
  if (fault === undefined) throw new Error(`${FAULT_VARIABLE}: there is no fault ${id}`);
  return fault;
}

export function pathOf(fault: Fault): string {
  return join(root, fault.file);
}

/** The source with the fault in it. @throws Error unless `find` stands exactly once, on one line. */
export function seed(fault: Fault, source: string): string {
  const pieces = source.split(fault.find);
  const [before, after] = pieces;
  if (before === undefined || after === undefined || pieces.length !== 2) {
    throw new Error(
      `fault ${fault.id}: ${JSON.stringify(fault.find)} stands ${pieces.length - 1} times in ${fault.file}, not once`,
    );
  }
  if (/\n/.test(fault.find + fault.replace)) {
    throw new Error(`fault ${fault.id}: a fault is on one line`);
  }
  return `${before}${fault.replace}${after}`;
}
