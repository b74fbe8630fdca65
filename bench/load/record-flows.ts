/**
 * Runs every flow once and writes the DM messages that device and server sent, as JSON, to a file:
 * `node --conditions=@fumarole/source bench/load/record-flows.ts FILE`. A process of its own, so that what is
 * measured afterwards has the machine and the compiler to itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '@fumarole/testkit';
import { FLOWS } from '../../tests/flows/flow-table.ts';
import { runFlow, SCHEMES } from '../../tests/flows/run-flow.ts';

export interface FlowMessage {
  readonly flow: string;
  readonly from: 'device' | 'server';
  readonly octets: Uint8Array;
}

/** Every message of every flow, in WBXML. */
export function recordFlows(folder: string): readonly FlowMessage[] {
  const file = join(folder, 'flows.json');
  const flags = ['--conditions=@fumarole/source', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(process.execPath, [...flags, import.meta.filename, file], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the flows could not be recorded');
  const messages: readonly (Omit<FlowMessage, 'octets'> & { readonly octets: string })[] = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return messages.map(({ octets, ...rest }) => ({ ...rest, octets: Buffer.from(octets, 'base64') }));
}

async function record(file: string): Promise<void> {
  const world = await World.open({ recorded: true });
  try {
    const messages = [];
    for (const [index, flow] of FLOWS.entries()) {
      await runFlow(flow, 'wbxml', SCHEMES[index % SCHEMES.length] ?? 'md5', world);
      for (const { from, octets } of world.recording.take()) {
        messages.push({ flow: flow.id, from, octets: Buffer.from(octets).toString('base64') });
      }
    }
    writeFileSync(file, JSON.stringify(messages));
  } finally {
    await world.close();
  }
}

if (import.meta.main) await record(process.argv[2] ?? 'flows.json');
