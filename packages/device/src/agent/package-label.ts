import { PackageError } from '@fumarole/update-package/read';
import type { Disk } from '../disk/disk.ts';
import { readHeader } from './package-check.ts';

/** What a stored package calls itself, for PkgName and PkgVersion; nothing of it is verified here. */
export interface PackageLabel {
  readonly name?: string;
  readonly version?: string;
}

export async function packageLabel(disk: Disk, path: string): Promise<PackageLabel> {
  const file = await disk.open(path);
  try {
    const { name, version } = (await readHeader(file)).image.manifest;
    return { name, version };
  } catch (error) {
    if (error instanceof PackageError) return {}; // found wrong when it is to be installed
    throw error;
  } finally {
    await file.close();
  }
}
