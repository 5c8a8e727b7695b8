import { createRequire } from 'node:module';

/** A record as kafkajs decodes it; only what decides here. */
interface FetchedRecord {
  readonly offset: string;
  readonly key: Uint8Array | null;
  isControlRecord: boolean;
  /** Absent in formats older than transactions. */
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** One partition of a fetch, read with `read_committed`. */
export interface FetchedPartition {
  readonly messages: readonly FetchedRecord[];
  /** Transactions that ended in an abort, with the first offset of each; in the order of their ends. `null`: none. */
  abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
}

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

interface ResponseDecoder {
  decode(bytes: Buffer): Promise<FetchResponse>;
}

/** Version 0, type 0: the key of the control record that ends an aborted transaction. */
const abortKey = Buffer.from([0, 0, 0, 0]);

/**
 * Marks the records of aborted transactions as control records, which kafkajs passes over as it does over the markers of
 * commits: their offsets count, nobody reads them.
 *
 * The broker lists aborted transactions in the order in which they ended; a reader has to take them in the order in which they
 * began (KIP-98). kafkajs takes them as they come, one a record, so that where transactions overlap, or several began before
 * what was fetched, it hands aborted records on as if they were committed.
 */
export function markAborted(partition: FetchedPartition): void {
  const { messages, abortedTransactions } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  const begins = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    for (; next < begins.length; next++) {
      const begin = begins[next] as (typeof begins)[number];
      if (begin.firstOffset > offset) break;
      aborting.add(begin.producerId);
    }
    const { batchContext } = message;
    if (batchContext === undefined) continue;
    if (message.isControlRecord) {
      if (message.key !== null && abortKey.equals(message.key)) aborting.delete(batchContext.producerId);
    } else if (batchContext.inTransaction && aborting.has(batchContext.producerId)) message.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}

/** The versions of the Fetch API that kafkajs knows and that list aborted transactions. */
const fetchVersions = [4, 5, 6, 7, 8, 9, 10, 11];
let corrected = false;

/** Makes kafkajs read transactions as {@link markAborted} does, in this process; done once, when the first client is made. */
export function correctFetchResponses(): void {
  if (corrected) return;
  corrected = true;
  const require = createRequire(import.meta.url);
  for (const version of fetchVersions) {
    const decoder = require(`kafkajs/src/protocol/requests/fetch/v${version}/response.js`) as ResponseDecoder;
    const { decode } = decoder;
    decoder.decode = async (bytes) => {
      const response = await decode(bytes);
      for (const { partitions } of response.responses) partitions.forEach(markAborted);
      return response;
    };
  }
}
