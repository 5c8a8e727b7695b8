import { compilePointer } from '../../common/pointer.ts';
import type { SourceMessage } from '../../common/source.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { Verdict } from '../../common/verdict.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import type { LabelsConfig } from '../../config/schema.ts';
import type { JsonLimits } from '../decoders/json.ts';
import { decode, identify, type OpenBatch, reject, tallyOf } from './open-batch.ts';

/** Takes one label in: id, finite value (or boolean) and the time it became known; anything else is a dead letter. */
export function createLabelTaker(config: LabelsConfig, limits: JsonLimits) {
  const idOf = compilePointer(config.id);
  const valueOf = compilePointer(config.value);
  const timeOf = compilePointer(config.time);
  return (batch: OpenBatch, chunk: number, message: SourceMessage): void => {
    const refuse = (violation: Violation) =>
      reject(batch, { chunk, message, violations: [violation], contract: 'labels' });
    const decoded = decode(message, limits);
    if (!decoded.ok) return refuse(decoded.violation);
    const id = identify(idOf(decoded.value));
    if (id === '')
      return refuse({ code: ViolationCode.MISSING, path: config.id, message: 'expected the id of an event' });
    const timeMs = parseTimestampMs(timeOf(decoded.value));
    if (timeMs === undefined) {
      return refuse({
        code: ViolationCode.BAD_TIME,
        path: config.time,
        message: 'expected the time the label became known',
      });
    }
    const raw = valueOf(decoded.value);
    const value = typeof raw === 'boolean' ? Number(raw) : raw;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      const message = 'expected a finite number or a boolean';
      return refuse({
        code: ViolationCode.TYPE_MISMATCH,
        path: config.value,
        message,
        value: String(raw).slice(0, 200),
      });
    }
    const tally = tallyOf(batch, chunk);
    tally.verdicts[Verdict.VALID]++;
    tally.labels++;
    batch.labels.chunkOf.push(chunk);
    batch.labels.offsets.push(message.offset);
    batch.labels.ids.push(id);
    batch.labels.timesMs.push(timeMs);
    batch.labels.values.push(value);
    const { state } = batch.chunks[chunk] as OpenBatch['chunks'][number];
    state.watermarkMs = Math.max(state.watermarkMs, timeMs);
    state.progressMs = state.watermarkMs;
    batch.outcomes?.push({
      partition: tally.partition,
      offset: message.offset,
      verdict: Verdict.VALID,
      violations: [],
    });
  };
}
