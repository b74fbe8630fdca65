import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '..', 'bin', 'fumarole.js');
const folder = mkdtempSync(join(tmpdir(), 'fumarole-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function fumarole(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      err += piece.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('fumarole, as a child process', () => {
  it('shows help and version with exit code 0', async () => {
    const [help, version] = await Promise.all([fumarole(['--help']), fumarole(['--version'])]);
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining('device-tree') });
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    [['devices', 'lst'], 'unknown command'],
    [['sessions', '--limit', 'many'], 'whole number'],
    [['devices', 'add'], "missing required argument 'device'"],
    [['updates', 'create', 'd', '--via', 'pigeon'], 'Allowed choices'],
    [['devices', 'list'], 'not known which server'],
    [['serve', '--listen', 'nowhere'], 'not [host:]port'],
    [['conform', 'server'], 'Give the URL and --device'],
    [['conform', 'server', 'http://127.0.0.1:9/dm', '--device', 'd'], 'Give --account FILE'],
    [['conform', 'client', '--list', '--only', 'nothing-like-it'], 'no such check or group'],
    [['serve', '--tls-cert', 'c.pem'], 'go together'],
  ])('%j is a wrong use: exit code 2', async (args, message) => {
    const ended = await fumarole(args);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(message);
  });

  it('conform says that nobody is there: exit code 2, and no report', async () => {
    const args = ['conform', 'server', 'http://127.0.0.1:9/dm', '--device', 'd', '--user', 'u'];
    const ended = await fumarole(args, { FUMAROLE_CONFORM_SECRET: 's' });
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain('does not answer');
  });

  it('says that a server does not answer, without a stack: exit code 1', async () => {
    const ended = await fumarole(['devices', 'list', '--server', 'http://127.0.0.1:9', '--token', 't']);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(/^fumarole: http:\/\/127\.0\.0\.1:9 does not answer: .*\n.*\n$/);
  });
});
