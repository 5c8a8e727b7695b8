import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What runs the broker, and where: written when it is started, gone when it was stopped. */
const recordSchema = z.discriminatedUnion('runner', [
  z.object({ runner: z.literal('java'), pid: z.int().positive(), port: z.int(), version: z.string() }),
  z.object({ runner: z.literal('docker'), container: z.string(), port: z.int(), version: z.string() }),
]);
export type BrokerRecord = z.output<typeof recordSchema>;

const fileOf = (directory: string): string => join(directory, 'broker.json');

/** Undefined where there is none, or where a crash left half of one. */
export function readRecord(directory: string): BrokerRecord | undefined {
  const file = fileOf(directory);
  if (!existsSync(file)) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export function writeRecord(directory: string, record: BrokerRecord): void {
  const part = `${fileOf(directory)}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(record)}\n`);
  renameSync(part, fileOf(directory));
}

export function removeRecord(directory: string): void {
  rmSync(fileOf(directory), { force: true });
}

/**
 * Whether the process is a broker of this directory. The number alone proves nothing: after a restart of the machine it may
 * belong to any program. A process that has ended and was not collected has no command line any more.
 */
export function isBrokerOf(directory: string, pid: number): boolean {
  return commandLineOf(pid).includes(join(directory, 'server.properties'));
}

/** Empty where there is no such process. */
export function commandLineOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}
