/** Runs the device of a directory in a process of its own: one event per line, until nothing is pending. */
import { DeviceHost } from '../src/host.ts';

const host = new DeviceHost();
host.onEvent((_, event) => void process.stdout.write(`${JSON.stringify(event)}\n`));
const device = await host.start(process.argv[2] ?? '');
if (process.argv[3] === 'poke') await device.poke();
await device.whenIdle();
await host.stop();
