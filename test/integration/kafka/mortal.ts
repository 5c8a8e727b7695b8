import type { Kafka, Producer, Transaction } from 'kafkajs';
import type { OutgoingStore } from '../../../common/outgoing.ts';
import type { Source } from '../../../common/source.ts';
import type { WorkerStore } from '../../../consumers/worker/worker.ts';

/** A life that ends after so many steps: from then on nothing that is asked for reaches anybody. */
export interface Life {
  readonly steps: readonly string[];
  readonly over: boolean;
  /** Does the work, unless the life is over; counts it as a step. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function lifeOf(steps: number): Life {
  const done: string[] = [];
  let over = false;
  return {
    steps: done,
    get over() {
      return over;
    },
    async step(name, work) {
      if (done.length >= steps) over = true;
      if (over) throw new Error('the process died');
      done.push(name);
      return work();
    },
  };
}

export function mortalStore(life: Life, store: WorkerStore): WorkerStore {
  return {
    ...store,
    writeRows: (rows) => life.step('rows', () => store.writeRows(rows)),
    writeChunks: (chunks) => life.step('chunks', () => store.writeChunks(chunks)),
  };
}

export function mortalOutgoing(life: Life, store: OutgoingStore): OutgoingStore {
  return {
    ...store,
    writePositions: (positions) => life.step('positions', () => store.writePositions(positions)),
  };
}

export function mortalSource(life: Life, source: Source): Source {
  return { ...source, commit: (ranges) => life.step('commit', () => source.commit(ranges)) };
}

function mortalTransaction(life: Life, transaction: Transaction): Transaction {
  return {
    ...transaction,
    send: (record) => life.step('send', () => transaction.send(record)),
    sendOffsets: (offsets) => life.step('send offsets', () => transaction.sendOffsets(offsets)),
    commit: () => life.step('commit of the transaction', () => transaction.commit()),
    abort: () => life.step('abort', () => transaction.abort()),
  };
}

/** Its producers die with the life; what they left open stays open at the broker, as after SIGKILL. */
export function mortalKafka(life: Life, kafka: Kafka): Kafka {
  const mortal = Object.create(kafka) as Kafka;
  mortal.producer = (config) => {
    const producer = kafka.producer(config);
    const transaction: Producer['transaction'] = async () =>
      mortalTransaction(life, await life.step('begin', () => producer.transaction()));
    return { ...producer, transaction };
  };
  return mortal;
}
