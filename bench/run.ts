/** All benches, one after the other, a table each: `npm run bench [-- --short] [name …]`. */
import { spawnSync } from 'node:child_process';

const ALL = ['codec', 'message', 'session', 'download', 'memory'] as const;
const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const options = process.argv.slice(2).filter((arg) => arg.startsWith('-'));

for (const name of asked.length === 0 ? ALL : asked) {
  process.stdout.write(`\n== bench/${name}.ts ${options.join(' ')}\n`);
  const script = new URL(`./${name}.ts`, import.meta.url).pathname;
  const flags = ['--conditions=@fumarole/source', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(process.execPath, [...flags, script, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
