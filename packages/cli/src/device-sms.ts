import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { jsonCommand, outputOf } from './context.ts';
import { ask } from './device-calls.ts';
import { printJson } from './output.ts';

/** The longest PDU: service centre, header and 140 octets. */
const MAX_PDU_OCTETS = 200;

/** `fumarole device sms`: messages of a modem for a running device. */
export function registerSms(device: Command): void {
  jsonCommand(
    device,
    'sms <dir> <hex...>',
    'hand a running device the SMS that its modem received; several are taken in turn (`-`: lines of standard input)',
  )
    .addOption(
      new Option('--form <form>', 'as modems give it, without the service centre, or the user data alone')
        .choices(['pdu', 'tpdu', 'user-data'])
        .default('pdu'),
    )
    .action(async (dir: string, texts: readonly string[], options: { form: string }, command: Command) => {
      const output = outputOf(command);
      for (const octets of (texts.includes('-') ? await inputLines() : texts).map(octetsOf)) {
        const sms = octets.toString('base64');
        const answer = await ask(dir, { command: 'sms', sms, form: options.form });
        if (output.json) printJson(output, { dir: resolve(dir), ...(answer as object) });
        else output.write(`${(answer as { readonly outcome: string }).outcome}\n`);
      }
    });
}

async function inputLines(): Promise<readonly string[]> {
  const text = Buffer.concat(await process.stdin.toArray()).toString('latin1');
  return text.split(/\s+/).filter((line) => line !== '');
}

function octetsOf(text: string): Buffer {
  if (!/^([0-9a-f]{2})+$/i.test(text) || text.length > 2 * MAX_PDU_OCTETS)
    throw new InvalidArgumentError(`${text.slice(0, 40)} is no SMS in hexadecimal.`);
  return Buffer.from(text, 'hex');
}
