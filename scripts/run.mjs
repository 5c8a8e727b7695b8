// The door of every npm script: makes sure the dependencies are there, then runs a TypeScript entry or the test runner.
// Plain JavaScript, because on a fresh clone nothing else can run yet.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(
    `tidemark needs Node 20.11 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
  );
  process.exit(2);
}

const lockDigest = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const stamp = join(root, 'node_modules', '.tidemark-lock');
const installed = existsSync(stamp) && statSync(stamp).isFile() && readFileSync(stamp, 'utf8') === lockDigest;
if (!installed) {
  console.error('installing dependencies (once; about 20 s with a warm cache) ...');
  // Standard output stays clean: `npm start -- --once --json` prints one JSON object and nothing else there.
  // Not `npm ci`: it refuses a lock file made where a registry lacks the binaries of other platforms. This keeps to the lock
  // file as well, and does not write it.
  const npm = spawnSync('npm', ['install', '--no-save', '--include=dev', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: '' },
  });
  if (npm.status !== 0) {
    console.error('npm install failed; its output above says why. Nothing was started.');
    process.exit(3);
  }
  writeFileSync(stamp, lockDigest);
}

const args = process.argv.slice(2);
// By its path: as a bare name it would be looked for from the working directory, which may be anywhere.
const tsx = ['--import', pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href];
let command;
if (args[0] === '--vitest') {
  const extra = args.slice(1);
  const projects = [];
  while (extra.length > 0 && /^[a-z]+$/.test(extra[0])) projects.push('--project', extra.shift());
  command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...projects, ...extra];
} else {
  const [entry, ...rest] = args;
  command = [...tsx, join(root, entry), ...rest];
}
// Batches live for about a second: a young generation of the default size would promote most of them.
const child = spawn(process.execPath, ['--no-warnings=ExperimentalWarning', '--max-semi-space-size=32', ...command], {
  stdio: 'inherit',
  cwd: args[0] === '--vitest' ? root : process.cwd(),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
