/** Column values as complete types; a wrong type in a row is a damaged store. */
import type { SQLInputValue } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import type { Row } from './connection.ts';

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : damaged(column);
}

export function int(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : damaged(column);
}

export function blob(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : damaged(column);
}

export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : text(row, column);
}

export function optionalInt(row: Row, column: string): number | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : int(row, column);
}

/** JSON text of our own making. */
export function json<T>(value: string, what: string): T {
  try {
    return JSON.parse(value) as T;
  } catch (error) {
    throw new StoreError('damaged-row', `${what} cannot be read`, error);
  }
}

export function orNull<T extends SQLInputValue>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}

function damaged(column: string): never {
  throw new StoreError('damaged-row', `column ${column} has a value of the wrong type`);
}
