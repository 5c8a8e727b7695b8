import type { Budget } from './budget.ts';
import type { OutgoingMessage } from './message.ts';

/** Messages of counted positions `[from, to)`, all there are of them. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** What it holds in memory, about. */
  readonly bytes: number;
  /** Made when they are sent; ascending by offset is not needed. */
  messages(): readonly OutgoingMessage[];
}

/** The broker's side of a lane while nobody else has opened it. */
export interface LaneProducer {
  /** Everything before it is in the topic; undefined where the broker knows nothing of the lane. */
  readonly cursor: number | undefined;
  /** Puts the messages into the topic and moves the cursor to `to`: both or neither. */
  send(messages: readonly OutgoingMessage[], to: number): Promise<void>;
  close(): Promise<void>;
}

export interface LaneOptions {
  /** Everything before it has gone out, as far as the store knows: the broker may know more. */
  readonly position: number;
  /** Everything before it is counted. */
  readonly counted: number;
  /** From the store. */
  readonly read: (from: number, through: number) => Promise<Slice>;
  /** Takes the lane over: whoever had it before can send no more. */
  readonly open: () => Promise<LaneProducer>;
  readonly budget: Budget;
  readonly onSent: (messages: number) => void;
  /** After every try: positions that are counted and have not gone out. */
  readonly onMoved: (behind: number) => void;
  /** A call failed for the `failures`-th time in a row; resolves when it may be tried again, or at once when closed. */
  readonly onFailure: (error: unknown, failures: number, closed: AbortSignal) => Promise<void>;
  /** A producer that had nothing to send for so long is closed: an idle connection costs processor time. */
  readonly idleMs: number;
}

export interface Lane {
  /** Everything before it has gone out. */
  readonly position: number;
  /** Positions that are counted and have not gone out. */
  readonly behind: number;
  /** The slice counts from now on. */
  offer(slice: Slice): void;
  /** Resolves when everything that is counted has gone out, or the lane is closed. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What goes out of one partition to one topic, in order, each message once.
 *
 * Slices come from memory as they are counted. After a failure, and for what was counted before this process had the lane,
 * they are read from the store instead; what is offered meanwhile is left there. Which is right does not matter for
 * exactness: the cursor moves with the messages in one transaction, and is read anew whenever the lane is opened.
 */
export function createLane(options: LaneOptions): Lane {
  const { budget } = options;
  let position = options.position;
  let counted = options.counted;
  /** Contiguous; the first may begin before `position`. */
  let queue: Slice[] = [];
  /** Up to where what is being sent reaches. */
  let sendingTo = position;
  let failures = 0;
  let closed = false;
  const closing = new AbortController();
  let producer: LaneProducer | undefined;
  let wake: (() => void) | undefined;

  function forget(): void {
    for (const { bytes } of queue) budget.release(bytes);
    queue = [];
  }

  function moveTo(to: number): void {
    position = Math.max(position, to);
    while (queue.length > 0 && (queue[0] as Slice).to <= position) budget.release((queue.shift() as Slice).bytes);
    sendingTo = position;
  }

  async function step(): Promise<void> {
    const first = queue[0];
    const inMemory = first !== undefined && first.from <= position;
    const slice = inMemory ? first : await options.read(position, Math.min(counted, first?.from ?? counted));
    if (closed) return;
    sendingTo = Math.max(position, slice.to);
    const messages = slice.messages().filter(({ offset }) => offset >= position);
    if (messages.length > 0) {
      if (producer === undefined) {
        producer = await options.open();
        const { cursor } = producer;
        if (closed) return;
        if (cursor !== undefined && cursor > position) {
          moveTo(cursor);
          return;
        }
      }
      await producer.send(messages, slice.to);
      options.onSent(messages.length);
    }
    moveTo(slice.to);
  }

  async function closeProducer(): Promise<void> {
    const open = producer;
    producer = undefined;
    await open?.close();
  }

  /** Until something is offered or the lane closes. */
  async function rest(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const woken = await new Promise<boolean>((resolve) => {
      wake = () => resolve(true);
      if (producer !== undefined) timer = setTimeout(resolve, options.idleMs, false);
    });
    wake = undefined;
    clearTimeout(timer);
    if (!woken) await closeProducer();
  }

  async function run(): Promise<void> {
    while (!closed) {
      if (position >= counted) {
        budget.announce();
        await rest();
        continue;
      }
      try {
        await step();
        failures = 0;
        options.onMoved(behind());
      } catch (error) {
        failures++;
        // The store has it: what waits in memory for a broker that is away could only grow.
        forget();
        sendingTo = position;
        budget.announce();
        options.onMoved(behind());
        await closeProducer();
        if (!closed) await options.onFailure(error, failures, closing.signal);
      }
      budget.announce();
    }
    forget();
    await closeProducer();
    budget.announce();
  }

  const behind = () => Math.max(0, counted - position);
  const running = run();

  return {
    get position() {
      return position;
    },
    get behind() {
      return behind();
    },
    offer(slice) {
      const end = queue.at(-1)?.to ?? sendingTo;
      counted = Math.max(counted, slice.to);
      if (!closed && failures === 0 && slice.from === end) {
        queue.push(slice);
        budget.take(slice.bytes);
      }
      wake?.();
    },
    async drained() {
      while (!closed && position < counted) await budget.changed();
    },
    async close() {
      closed = true;
      closing.abort();
      wake?.();
      budget.announce();
      await running;
    },
  };
}
