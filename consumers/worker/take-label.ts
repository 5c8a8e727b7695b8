import { compilePointer } from '../../common/pointer.ts';
import type { SourceMessage } from '../../common/source.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { Verdict } from '../../common/verdict.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import type { LabelsConfig } from '../../config/schema.ts';
import type { Decoded } from '../decoders/decoder.ts';
import { identify, type OpenBatch, reject, tallyOf } from './open-batch.ts';

type Decode = (message: SourceMessage) => Decoded;

interface Label {
  readonly id: string;
  readonly timeMs: number;
  readonly value: number;
}

/** Takes one label in: id, finite value (or boolean) and the time it became known; anything else is a dead letter. */
export function createLabelTaker(config: LabelsConfig, decode: Decode) {
  const readLabel = createLabelReader(config, decode);
  return (batch: OpenBatch, chunk: number, message: SourceMessage): void => {
    const label = readLabel(message);
    if ('code' in label) {
      reject(batch, { chunk, message, violations: [label], contract: 'labels' });
      return;
    }
    const tally = tallyOf(batch, chunk);
    tally.verdicts[Verdict.VALID]++;
    tally.labels++;
    batch.labels.chunkOf.push(chunk);
    batch.labels.offsets.push(message.offset);
    batch.labels.ids.push(label.id);
    batch.labels.timesMs.push(label.timeMs);
    batch.labels.values.push(label.value);
    const { state } = batch.chunks[chunk] as OpenBatch['chunks'][number];
    state.watermarkMs = Math.max(state.watermarkMs, label.timeMs);
    state.progressMs = state.watermarkMs;
    const { offset } = message;
    batch.outcomes?.push({ partition: tally.partition, offset, verdict: Verdict.VALID, violations: [] });
  };
}

function createLabelReader(config: LabelsConfig, decode: Decode): (message: SourceMessage) => Label | Violation {
  const idOf = compilePointer(config.id);
  const rawOf = compilePointer(config.value);
  const timeOf = compilePointer(config.time);
  return (message) => {
    const decoded = decode(message);
    if (!decoded.ok) return decoded.violation;
    const id = identify(idOf(decoded.value));
    if (id === '') return { code: ViolationCode.MISSING, path: config.id, message: 'expected the id of an event' };
    const timeMs = parseTimestampMs(timeOf(decoded.value));
    if (timeMs === undefined) {
      return { code: ViolationCode.BAD_TIME, path: config.time, message: 'expected the time the label became known' };
    }
    const raw = rawOf(decoded.value);
    const value = typeof raw === 'boolean' ? Number(raw) : raw;
    if (typeof value === 'number' && Number.isFinite(value)) return { id, timeMs, value };
    return {
      code: ViolationCode.TYPE_MISMATCH,
      path: config.value,
      message: 'expected a finite number or a boolean',
      value: String(raw).slice(0, 200),
    };
  };
}
