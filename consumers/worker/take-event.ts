import { type Dictionary, encode } from '../../common/columns.ts';
import { compilePointer } from '../../common/pointer.ts';
import type { SourceMessage } from '../../common/source.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { Verdict } from '../../common/verdict.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import type { EventConfig } from '../../config/schema.ts';
import type { Decoded } from '../decoders/decoder.ts';
import { identify, type OpenBatch, reject } from './open-batch.ts';

/** The last moment a DateTime64(3) holds. */
const lastTimeMs = 10_413_791_999_999;

export interface EventTakerOptions {
  readonly event: EventConfig;
  readonly decode: (message: SourceMessage) => Decoded;
  readonly contractName: string;
  readonly tenants: Dictionary;
}

/** Takes one event in: its envelope (time, arrival, id, tenant) and, through the contract, its features. */
export function createEventTaker({ event, decode, contractName, tenants }: EventTakerOptions) {
  const idOf = event.id === undefined ? undefined : compilePointer(event.id);
  const timeOf = compilePointer(event.time);
  const arrivalOf = event.arrival === undefined ? undefined : compilePointer(event.arrival);
  const tenantOf = event.tenant === undefined ? undefined : compilePointer(event.tenant);
  const earliestMs = parseTimestampMs(event.earliest) ?? 0;
  const earliestText = event.earliest;

  return (batch: OpenBatch, chunk: number, message: SourceMessage): void => {
    const decoded = decode(message);
    if (!decoded.ok) {
      reject(batch, { chunk, message, violations: [decoded.violation], contract: contractName });
      return;
    }
    const record = decoded.value;
    const rawTime = timeOf(record);
    const timeMs = parseTimestampMs(rawTime);
    const arrivalMs =
      (arrivalOf === undefined ? undefined : parseTimestampMs(arrivalOf(record))) ?? message.arrivalTimeMs;
    const latestMs = arrivalMs === undefined ? lastTimeMs : arrivalMs + event.maxAhead;
    if (timeMs === undefined || timeMs < earliestMs || timeMs > latestMs || timeMs > lastTimeMs) {
      const violation = timeViolation(event.time, rawTime, timeMs === undefined, earliestText);
      reject(batch, { chunk, message, violations: [violation], contract: contractName });
      return;
    }
    const violations: Violation[] = [];
    if (batch.builder.add(record, violations) === Verdict.REJECTED) {
      reject(batch, { chunk, message, violations, contract: contractName });
      return;
    }
    const id = idOf === undefined ? '' : identify(idOf(record));
    if (id === '' && event.id !== undefined) {
      violations.push({
        code: ViolationCode.MISSING,
        path: event.id,
        message: 'expected an id: a text or a whole number',
      });
    }
    if (violations.length > 0) batch.violations.set(batch.offsets.length, violations);
    const { state } = batch.chunks[chunk] as OpenBatch['chunks'][number];
    const reachedMs = arrivalMs !== undefined && arrivalMs < timeMs ? arrivalMs : timeMs;
    if (reachedMs > state.progressMs) state.progressMs = reachedMs;
    batch.offsets.push(message.offset);
    batch.messages?.push(message);
    batch.chunkOf.push(chunk);
    batch.eventTimesMs.push(timeMs);
    batch.arrivalTimesMs.push(arrivalMs ?? Number.NaN);
    batch.ids.push(id);
    batch.tenantCodes.push(tenantOf === undefined ? 0 : encode(tenants, identify(tenantOf(record))));
  };
}

function timeViolation(path: string, raw: unknown, unreadable: boolean, earliest: string): Violation {
  if (raw === undefined || raw === null) {
    return { code: ViolationCode.BAD_TIME, path, message: 'expected the time of the event, found none' };
  }
  const value = String(raw).slice(0, 200);
  if (unreadable) {
    const message = 'expected a time: ISO 8601, RFC 2822, or a number of s, ms, us or ns since 1970';
    return { code: ViolationCode.BAD_TIME, path, message, value };
  }
  const message = `expected a time from ${earliest} on and not further ahead of its arrival than maxAhead`;
  return { code: ViolationCode.TIME_OUT_OF_RANGE, path, message, value };
}
