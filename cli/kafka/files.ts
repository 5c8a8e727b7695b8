import { once } from 'node:events';
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { commandLineOf } from './record.ts';

/** All that a broker leaves in its directory. */
const own = ['data', 'broker.log', 'broker.previous.log', 'server.properties', 'ports.json', 'broker.json', 'up.lock'];

/** Throws FILE_UNREADABLE where nothing can be written. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, `nothing can be written there: ${messageOf(error)}`, {
      place: directory,
      cure: 'Choose another directory with --dir, or make this one writable',
      cause: error,
    });
  }
}

/** What the broker made and nothing else: the directory may hold files of others, and stays then. */
export function removeFiles(directory: string): void {
  try {
    for (const name of own) rmSync(join(directory, name), { recursive: true, force: true });
    rmdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, `the data cannot be deleted: ${messageOf(error)}`, {
      place: directory,
      cure: 'Make the directory and all below it writable',
      cause: error,
    });
  }
}

/** Throws LISTEN_FAILED where the port is taken or may not be bound. */
export async function assertPortFree(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new TidemarkError(
      ErrorCode.LISTEN_FAILED,
      taken ? 'another program listens on this port' : `this port cannot be used: ${messageOf(error)}`,
      {
        place: `127.0.0.1:${port}`,
        cure: 'End that program, or choose another port with --port (0: any free one)',
        cause: error,
      },
    );
  } finally {
    server.close();
  }
}

/**
 * One start of a directory at a time: two brokers would format the same storage. A lock that a killed command left behind is
 * taken over. Throws BROKER_FAILED where another command is at work.
 */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const file = join(directory, 'up.lock');
  const take = () => writeFileSync(file, String(process.pid), { flag: 'wx' });
  try {
    take();
  } catch {
    const holder = Number(readFileSync(file, 'utf8'));
    if (commandLineOf(holder) !== '') {
      throw new TidemarkError(ErrorCode.BROKER_FAILED, `process ${holder} is starting a broker there`, {
        place: directory,
        cure: 'Wait until it has, and run this command again',
      });
    }
    rmSync(file, { force: true });
    take();
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
