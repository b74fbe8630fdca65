import { PackageError, PackageErrorCode } from '../refusal.ts';
import type { Command } from './command.ts';
import type { DeltaHeader } from './header.ts';

/** Every copy lies in the old image, and together they make the new one; throws {@link PackageError} otherwise. */
export function checkCommands(
  { oldSize, newSize }: DeltaHeader,
  commands: readonly Command[],
  offset: number,
): void {
  const last = commands.at(-1);
  const size = last === undefined ? 0 : last.newPosition + last.copied + last.added;
  const outside = commands.findIndex(
    ({ oldPosition, copied }) => oldPosition < 0 || oldPosition + copied > oldSize,
  );
  if (outside >= 0) {
    throw new PackageError(
      PackageErrorCode.malformed,
      `delta: command ${outside} copies from outside`,
      offset,
    );
  }
  if (size !== newSize) {
    throw new PackageError(
      PackageErrorCode.malformed,
      `delta: the commands make ${size} octets of ${newSize}`,
      offset,
    );
  }
}
