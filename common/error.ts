/**
 * The one class of operating errors. Bad data is never thrown: it is a {@link Violation}. Bugs are asserts.
 *
 * Every code stands in `docs/errors.md` with its cause and its cure; a test compares the two lists.
 */
export const ErrorCode = {
  /** The pipeline file, a contract or a command line is wrong; nothing was started. */
  CONFIG_INVALID: 'CONFIG_INVALID',
  /** A contract contradicts itself or cannot be read. */
  CONTRACT_INVALID: 'CONTRACT_INVALID',
  /** A file does not exist, is no regular file, or may not be read. */
  FILE_UNREADABLE: 'FILE_UNREADABLE',
  /** A file is not what its name says: truncated Parquet, binary in a CSV, an empty file where rows are needed. */
  FILE_MALFORMED: 'FILE_MALFORMED',
  /** The store answers no more, or not yet. Retried with back-off; intake is held meanwhile. */
  STORE_UNAVAILABLE: 'STORE_UNAVAILABLE',
  /** The store refused a statement: a bug of ours or a table changed by hand. */
  STORE_REJECTED: 'STORE_REJECTED',
  /** The tables are of a newer version than this program. */
  STORE_TOO_NEW: 'STORE_TOO_NEW',
  /** The data directory of the embedded engine is read-only, full, or in use by another process. */
  STORE_DIRECTORY: 'STORE_DIRECTORY',
  /** The broker is unreachable, refuses the login, or the topic does not exist. */
  SOURCE_UNAVAILABLE: 'SOURCE_UNAVAILABLE',
  /** The schema registry does not answer, refuses the login, or does not know a schema. Retried with back-off. */
  SCHEMA_UNAVAILABLE: 'SCHEMA_UNAVAILABLE',
  /** The broker that dead letters or predictions go to is unreachable, refuses them, or has no such topic. */
  OUTPUT_UNAVAILABLE: 'OUTPUT_UNAVAILABLE',
  /** A replay cannot be made, or it is not known whether an interrupted one was. */
  REPLAY_REFUSED: 'REPLAY_REFUSED',
  /** Another worker owns the partition now: what was in flight for it is dropped. */
  PARTITION_LOST: 'PARTITION_LOST',
  /** Another monitor leads now: what this one was about to decide is the other's to decide. */
  LEADERSHIP_LOST: 'LEADERSHIP_LOST',
  /** The model's inputs or outputs do not match its signature or the contract, or the artifact is not ONNX. */
  MODEL_INVALID: 'MODEL_INVALID',
  /** No such model, version, incident, job or feature. */
  NOT_FOUND: 'NOT_FOUND',
  /** The address is taken or may not be bound. */
  LISTEN_FAILED: 'LISTEN_FAILED',
  /** An alert could not be delivered. Retried with back-off. */
  DELIVERY_FAILED: 'DELIVERY_FAILED',
  /** A job ended with an error, ran too long or wrote no model. */
  JOB_FAILED: 'JOB_FAILED',
  /** The library a command needs (Java, Maven, an engine) is not on this machine. */
  TOOL_MISSING: 'TOOL_MISSING',
  /** The broker for development and tests ended, did not come up or does not end. */
  BROKER_FAILED: 'BROKER_FAILED',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export interface TidemarkErrorOptions {
  /** Where: a file with line and column, a topic and partition, a URL. */
  readonly place?: string;
  /** What the reader can do about it. */
  readonly cure?: string;
  /** True where the same call may succeed later. */
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

export class TidemarkError extends Error {
  override readonly name = 'TidemarkError';
  readonly code: ErrorCode;
  readonly place: string | undefined;
  readonly cure: string | undefined;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options: TidemarkErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.place = options.place;
    this.cure = options.cure;
    this.retriable = options.retriable ?? false;
  }

  /** `place: message. cure [CODE]`, the form the command line prints. */
  toText(): string {
    const place = this.place === undefined ? '' : `${this.place}: `;
    const cure = this.cure === undefined ? '' : ` ${this.cure}`;
    return `${place}${this.message}.${cure} [${this.code}]`;
  }
}

/** What a process exits with for an error: 2 usage or configuration, 3 an engine is unreachable. */
export function exitCodeOf(error: unknown): 2 | 3 {
  if (!(error instanceof TidemarkError)) return 2;
  const unreachable: readonly ErrorCode[] = [
    ErrorCode.STORE_UNAVAILABLE,
    ErrorCode.STORE_REJECTED,
    ErrorCode.STORE_DIRECTORY,
    ErrorCode.STORE_TOO_NEW,
    ErrorCode.SOURCE_UNAVAILABLE,
    ErrorCode.OUTPUT_UNAVAILABLE,
    ErrorCode.LISTEN_FAILED,
    ErrorCode.TOOL_MISSING,
    ErrorCode.BROKER_FAILED,
  ];
  return unreachable.includes(error.code) ? 3 : 2;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
