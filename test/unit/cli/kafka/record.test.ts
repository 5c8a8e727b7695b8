import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertPortFree, makeDirectory, removeFiles, withLock } from '../../../../cli/kafka/files.ts';
import { commandLineOf, isBrokerOf, readRecord, removeRecord, writeRecord } from '../../../../cli/kafka/record.ts';
import { freePort } from '../../../../scripts/kafka/broker.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-record-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the record of a broker', () => {
  it('is read as it was written, and is gone when it was removed', () => {
    const record = { runner: 'java', pid: 12, port: 9092, version: '4.1.0' } as const;
    writeRecord(directory, record);
    expect(readRecord(directory)).toEqual(record);
    removeRecord(directory);
    expect(readRecord(directory)).toBeUndefined();
  });

  it.each(['', '{"runner":"java","pi', '{"runner":"java","pid":"7"}', '[]'])(
    'is none where the file holds %j',
    (text) => {
      writeFileSync(join(directory, 'broker.json'), text);
      expect(readRecord(directory)).toBeUndefined();
    },
  );

  it('is not believed where the number belongs to another program by now, or to none', () => {
    expect(commandLineOf(process.pid)).toContain('node');
    expect(isBrokerOf(directory, process.pid)).toBe(false);
    expect(commandLineOf(2 ** 22 + 1)).toBe('');
  });
});

describe('the directory of a broker', () => {
  it('cannot be below a file', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(() => makeDirectory(join(directory, 'file/below'))).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
  });

  it('loses only what the broker made when its data are deleted', () => {
    writeFileSync(join(directory, 'broker.log'), 'x');
    writeFileSync(join(directory, 'mine.txt'), 'x');
    removeFiles(directory);
    makeDirectory(directory);
    expect(() => writeFileSync(join(directory, 'mine.txt'), 'y', { flag: 'wx' })).toThrow(/EEXIST/);
    expect(() => writeFileSync(join(directory, 'broker.log'), 'y', { flag: 'wx' })).not.toThrow();
  });

  it('starts one broker at a time, and takes over the lock of a command that was killed', async () => {
    await withLock(directory, async () => {
      await expect(withLock(directory, async () => 'second')).rejects.toMatchObject({ code: 'BROKER_FAILED' });
    });
    writeFileSync(join(directory, 'up.lock'), String(2 ** 22 + 1));
    expect(await withLock(directory, async () => 'taken over')).toBe('taken over');
  });

  it('says which port is taken', async () => {
    const port = await freePort();
    await assertPortFree(port);
    const { createServer } = await import('node:net');
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      await expect(assertPortFree(port)).rejects.toMatchObject({ code: 'LISTEN_FAILED', place: `127.0.0.1:${port}` });
    } finally {
      server.close();
    }
  });
});
