import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes the spool beside the embedded engine, and removes what a killed process left there. */
export async function cleanSpool(directory: string): Promise<void> {
  const spool = join(directory, 'spool');
  await rm(spool, { recursive: true, force: true });
  await mkdir(spool, { recursive: true });
}
