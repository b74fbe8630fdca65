/** The device runtime behind the commands; it is loaded only by those that need it. */
import { resolve } from 'node:path';
import { CliError } from './cli-error.ts';

type Runtime = typeof import('@fumarole/device');

/** Works with the runtime; what the device refuses is told in one line. @throws CliError */
export async function withRuntime<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await import('@fumarole/device');
  try {
    return await work(runtime);
  } catch (error) {
    if (error instanceof runtime.DeviceError) throw new CliError('device', error.message, [], error);
    throw error;
  }
}

/** What the running device of a directory answers. */
export function ask(dir: string, request: Readonly<Record<string, unknown>>): Promise<unknown> {
  return withRuntime(({ askDevice }) => askDevice(resolve(dir), request));
}
