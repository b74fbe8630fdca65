/** Our device in a process of its own: runs until it is ended, and does what a line says: `poke`, `request`. */
import { createInterface } from 'node:readline';
import { createDevice, DeviceHost, type DeviceOptions, type Prompter } from '@fumarole/device';

export interface DeviceChildOptions {
  readonly dir: string;
  readonly options: Omit<DeviceOptions, 'firmware'>;
}

const { dir, options }: DeviceChildOptions = JSON.parse(process.argv[2] ?? '{}');
const firmware = {
  image: Buffer.from('the firmware that it left the factory with'),
  version: '1.0',
  release: 1,
};
await createDevice(dir, { ...options, firmware });

/** Does as the question says. */
const prompter: Prompter = {
  ask: async ({ kind, text, choices }) => {
    if (kind === 'display') return { kind: 'shown' };
    if (kind === 'confirm') return { kind: text.includes('refuse') ? 'no' : 'yes' };
    return { kind: 'answer', answers: [choices.length === 0 ? 'a text' : '1'] };
  },
};
const handle = await new DeviceHost({ prompter }).start(dir);
tell({ started: true });
for await (const line of createInterface({ input: process.stdin })) {
  const done = line === 'request' ? handle.requestUpdate('user') : handle.poke();
  // A session may last as long as the next word: it is not waited for, and its failure is the check's business.
  void done.catch(() => undefined).then(() => tell({ done: line }));
}

function tell(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
