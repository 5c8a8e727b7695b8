import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from '@clickhouse/client';
import { drainPending } from 'chdb';
import { createChdbConnection } from 'chdb/connection';

/** The embedded engine over an empty directory of its own, for reading files. Nothing in it outlives `close`. */
export interface ScratchEngine {
  readonly client: ClickHouseClient;
  /** Waits for what is running, then removes the directory. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Opens a scratch engine (about 0.1 s). A process may have one data directory of the embedded engine at a time: close this
 * one before opening another.
 */
export function openScratchEngine(): ScratchEngine {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-scratch-'));
  const connection = createChdbConnection({ path: join(directory, 'data') });
  // The types of chdb's connection come from another copy of the client's own; its shape is the same.
  const client = createClient({
    connection: connection as unknown as NonNullable<ClickHouseClientConfigOptions['connection']>,
  });
  let closed = false;
  return {
    client,
    close: async () => {
      if (closed) return;
      closed = true;
      await client.close();
      await drainPending();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
