import { createDictionary } from '../../common/columns.ts';
import { messageOf } from '../../common/error.ts';
import type { SourceBatch } from '../../common/source.ts';
import { ViolationCode } from '../../common/violation.ts';
import type { EventConfig, LabelsConfig } from '../../config/schema.ts';
import type { CompiledContract } from '../../validators/compile.ts';
import type { DecodeLimits, Decoder } from '../decoders/decoder.ts';
import { createJsonDecoder } from '../decoders/json-decoder.ts';
import { type CutOptions, cutBatch } from './cut.ts';
import { chunkFor, createOpenBatch, reject, tallyOf } from './open-batch.ts';
import type { PartitionState } from './partitions.ts';
import type { Prepared } from './prepared.ts';
import { createEventTaker } from './take-event.ts';
import { createLabelTaker } from './take-label.ts';

export interface IntakeOptions {
  readonly event: EventConfig;
  readonly labels: LabelsConfig | undefined;
  readonly contract: CompiledContract;
  /** What makes events and labels of messages; default: JSON. */
  readonly decoders?: { readonly events?: Decoder | undefined; readonly labels?: Decoder | undefined };
  readonly paneMs: number;
  readonly latenessMs: number;
  /** Rows the columns are first made for. */
  readonly capacityRows: number;
  /** Collect an outcome for each message. */
  readonly wantsOutcomes: boolean;
}

/** Takes messages in, one by one, until the worker cuts a flush. Pure but for its own state: no clock, no I/O. */
export interface Intake {
  /** Messages taken in since the last cut. */
  readonly messageCount: number;
  add(batch: SourceBatch, partition: PartitionState): void;
  /** What was taken in, checked and counted; the intake is empty afterwards. */
  cut(): Prepared;
}

export function createIntake(options: IntakeOptions): Intake {
  const { event, contract } = options;
  const contractName = `${contract.contract.name} ${contract.contract.version}`;
  const limits = { maxBytes: event.maxBytes, maxDepth: event.maxDepth, maxFieldBytes: event.maxFieldBytes };
  const tenants = createDictionary(['']);
  const envelope = [event.id, event.time, event.arrival, event.tenant].filter((pointer) => pointer !== undefined);
  const read = contract.contract.features.filter(({ derive }) => derive === undefined).map(({ path }) => path);
  const { events, labels } = options.decoders ?? {};
  // JSON is read for what is asked of it.
  const decode =
    events?.decode ??
    createJsonDecoder({
      limits,
      pointers: [...envelope, ...read],
      seesUnknownKeys: contract.contract.unknownFields !== 'ignore',
    });
  const takeEvent = createEventTaker({ event, decode, contractName, tenants });
  const takeLabel =
    options.labels === undefined
      ? undefined
      : createLabelTaker(options.labels, labels?.decode ?? createLabelJsonDecoder(options.labels, limits));
  const cutOptions: CutOptions = {
    paneMs: options.paneMs,
    latenessMs: options.latenessMs,
    idPath: event.id,
    contractName,
    featureAt: new Map(contract.contract.features.map(({ path }, at) => [path, at])),
    sources: createDictionary(),
    tenants,
  };
  const newBatch = () =>
    createOpenBatch(contract.createBuilder(options.capacityRows), {
      keepsMessages: contract.rejectsLate,
      wantsOutcomes: options.wantsOutcomes,
    });
  let open = newBatch();

  return {
    get messageCount() {
      return open.messageCount;
    },
    add(batch, partition) {
      const chunk = chunkFor(open, partition);
      const tally = tallyOf(open, chunk);
      const take = batch.partition.role === 'labels' && takeLabel !== undefined ? takeLabel : takeEvent;
      for (const message of batch.messages) {
        tally.read++;
        try {
          take(open, chunk, message);
        } catch (error) {
          // A message on which our own code throws must not hold its partition for ever.
          const violation = {
            code: ViolationCode.INTERNAL,
            path: '',
            message: `the validator failed: ${messageOf(error)}`,
          };
          reject(open, { chunk, message, violations: [violation], contract: contractName });
        }
      }
      open.messageCount += batch.messages.length;
      tally.to = batch.nextOffset;
      partition.position = batch.nextOffset;
    },
    cut() {
      const batch = open;
      open = newBatch();
      return cutBatch(batch, cutOptions);
    },
  };
}

function createLabelJsonDecoder({ id, value, time }: LabelsConfig, limits: DecodeLimits) {
  return createJsonDecoder({ limits, pointers: [id, value, time], seesUnknownKeys: false });
}
