import type { Command } from 'commander';
import { registerConformClient } from './conform-client.ts';
import { registerConformServer } from './conform-server.ts';

/** `fumarole conform server|client`: what a peer of any make does of the standard, as a report. */
export function registerConform(program: Command, version: string): void {
  const conform = program
    .command('conform')
    .description('find out how a server or a client of any make meets OMA DM 1.2 and FUMO')
    .addHelpText(
      'after',
      `
Secrets come from a file or the environment:

  fumarole devices add urn:lab:1 --json > account.json
  fumarole conform server https://dm.example.com/dm --device urn:lab:1 --account account.json
  fumarole conform client --listen 127.0.0.1:8085 --account account.json --trigger 'fumarole device poke ./hub'

Exit code: 0 no check failed, 1 a check failed, 2 nothing could be found out.`,
    );
  registerConformServer(conform, version);
  registerConformClient(conform, version);
}
