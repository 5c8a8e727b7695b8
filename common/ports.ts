/** The ports the pure core and the adapters meet at. Adapters never import each other; `cli/` wires them. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  count(name: string, value?: number, labels?: Labels): void;
  gauge(name: string, value: number, labels?: Labels): void;
  /** Observes a duration, in seconds. */
  time(name: string, seconds: number, labels?: Labels): void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
export const noMetrics: Metrics = { count() {}, gauge() {}, time() {} };
export const systemClock: Clock = { now: () => Date.now() };
