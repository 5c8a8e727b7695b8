#!/usr/bin/env node
// The installed command: hands over to the same door as the npm scripts, which makes sure the dependencies are there.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const run = spawnSync(process.execPath, [join(here, '../scripts/run.mjs'), 'cli/main.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
