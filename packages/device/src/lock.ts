import { open, rm } from 'node:fs/promises';
import { isRunning } from './control/control-client.ts';
import { DeviceError, systemCode } from './device-error.ts';
import { layoutOf } from './layout.ts';

/** Takes the directory for this process; resolves to what gives it back. @throws DeviceError `locked` */
export async function lockDevice(dir: string): Promise<() => Promise<void>> {
  const path = layoutOf(dir).lock;
  for (const second of [false, true]) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.write(`${process.pid}\n`);
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      // Whoever holds the lock answers on its socket; a process that was killed does not.
      if (second || (await isRunning(dir))) break;
      await rm(path, { force: true });
    }
  }
  throw new DeviceError('locked', `another process runs the device in ${dir}`);
}
