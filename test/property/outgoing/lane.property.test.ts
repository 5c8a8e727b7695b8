import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBudget } from '../../../consumers/kafka/outgoing/budget.ts';
import { createLane, type Lane, type LaneProducer, type Slice } from '../../../consumers/kafka/outgoing/lane.ts';
import type { OutgoingMessage } from '../../../consumers/kafka/outgoing/message.ts';

/** A topic with a cursor, where who opens last is the only one that can send, and calls fail by plan. */
function brokerOf(fails: () => 'no' | 'before' | 'after') {
  const topic: number[] = [];
  let cursor: number | undefined;
  let epoch = 0;
  return {
    topic,
    async open(): Promise<LaneProducer> {
      if (fails() !== 'no') throw new Error('the broker is away');
      const own = ++epoch;
      return {
        cursor,
        async send(messages, to) {
          await Promise.resolve();
          const failure = fails();
          if (failure === 'before') throw new Error('the broker is away');
          if (own !== epoch) throw new Error('fenced');
          topic.push(...messages.map(({ offset }) => offset));
          cursor = to;
          // It is done, and the answer is lost.
          if (failure === 'after') throw new Error('the broker is away');
        },
        close: async () => undefined,
      };
    },
  };
}

const message = (offset: number): OutgoingMessage => ({ offset, key: null, value: null, headers: [] });

it('sends each message once and in order, whatever fails, whoever had the lane before', async () => {
  const chunk = fc.record({
    length: fc.integer({ min: 1, max: 8 }),
    letters: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
    gap: fc.constantFrom(0, 0, 0, 5),
    takeOver: fc.constantFrom(false, false, true),
    wait: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunk, { minLength: 1, maxLength: 20 }),
      fc.array(fc.constantFrom('no', 'no', 'before', 'after'), { maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      async (chunks, failures, pageRows) => {
        const plan = [...failures];
        const broker = brokerOf(() => (plan.shift() as 'no' | 'before' | 'after' | undefined) ?? 'no');
        const letters: number[] = [];
        const budget = createBudget();
        const read = async (from: number, through: number): Promise<Slice> => {
          const found = letters.filter((offset) => offset >= from && offset < through);
          const page = found.slice(0, pageRows);
          const to = page.length < found.length ? (page.at(-1) as number) + 1 : through;
          return { from, to, bytes: 0, messages: () => page.map(message) };
        };
        const laneAt = (counted: number): Lane =>
          createLane({
            position: 0,
            counted,
            read,
            open: broker.open,
            budget,
            onSent: () => undefined,
            onMoved: () => undefined,
            onFailure: async () => undefined,
            idleMs: 1000,
          });
        let lane = laneAt(0);
        const former: Lane[] = [];
        let end = 0;
        for (const { length, letters: at, gap, takeOver, wait } of chunks) {
          const from = end + gap;
          end = from + length;
          const own = [...new Set(at.filter((offset) => offset < length))]
            .sort((a, b) => a - b)
            .map((offset) => from + offset);
          letters.push(...own);
          if (takeOver) {
            // The former owner does not know yet: it goes on with what it was told.
            former.push(lane);
            lane = laneAt(end);
          } else lane.offer({ from, to: end, bytes: 1, messages: () => own.map(message) });
          if (wait) await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all([...former, lane].map((one) => one.drained()));
        await Promise.all([...former, lane].map((one) => one.close()));
        expect(broker.topic).toEqual(letters);
        expect(budget.usedBytes).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
