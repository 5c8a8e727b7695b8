import { describe, expect, it } from 'vitest';
import { createFrameCheck } from '../../../../consumers/kafka/frame-check.ts';

const frame = (size: number): Buffer => {
  const bytes = Buffer.alloc(4 + size, 0xee);
  bytes.writeUInt32BE(size);
  return bytes;
};

/** Keys of Kafka's protocol. */
const request = (key: number): Buffer => {
  const bytes = Buffer.alloc(14);
  bytes.writeInt16BE(key, 4);
  return bytes;
};
const versions = request(18);
const fetchRequest = request(1);

describe('the check of frames', () => {
  it('accepts a first answer of many megabytes where messages were asked for, and not where versions were', () => {
    const first = Buffer.from([0x02, 0x00, 0x00, 0x00]);
    const fetching = createFrameCheck();
    fetching.asked(fetchRequest);
    expect(fetching.accepts(first)).toBe(true);
    const connecting = createFrameCheck();
    connecting.asked(versions);
    expect(connecting.accepts(first)).toBe(false);
  });

  it('accepts answers however they are cut', () => {
    const answers = Buffer.concat([frame(100), frame(4), frame(2_000_000), frame(0), frame(17)]);
    for (const piece of [3, 5, 1000, answers.length]) {
      const check = createFrameCheck();
      for (let number = 0; number < 5; number++) check.asked(fetchRequest);
      let refused = 0;
      for (let at = 0; at < answers.length; at += piece)
        if (!check.accepts(answers.subarray(at, at + piece))) refused++;
      expect(refused).toBe(0);
    }
  });

  it('refuses an answer that nobody asked for', () => {
    const check = createFrameCheck();
    expect(check.accepts(frame(10))).toBe(false);
    const other = createFrameCheck();
    other.asked(versions);
    expect(other.accepts(frame(10))).toBe(true);
    expect(other.accepts(frame(10))).toBe(false);
  });

  it('refuses sizes that no broker sends, in the first answer more of them', () => {
    const asked = () => {
      const check = createFrameCheck();
      check.asked(versions);
      check.asked(versions);
      return check;
    };
    expect(asked().accepts(Buffer.from('HTTP/1.1 400'))).toBe(false);
    expect(asked().accepts(Buffer.from([0x00, 0x20, 0x00, 0x00]))).toBe(false);
    const check = asked();
    expect(check.accepts(frame(10))).toBe(true);
    expect(check.accepts(Buffer.from([0x00, 0x20, 0x00, 0x00]))).toBe(true);
    const negative = asked();
    expect(negative.accepts(frame(10))).toBe(true);
    expect(negative.accepts(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBe(false);
  });
});
