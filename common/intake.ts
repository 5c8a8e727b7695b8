import type { EventOutcome } from './source.ts';

/** Where the HTTP server hands events over to the worker: implemented by the HTTP source, called by the routes. */
export interface EventIntake {
  /**
   * Queues the events of one request, all or none of them, and resolves when what became of them is stored.
   *
   * @param events the bytes of each event as they came, shape `[events]`, at least one
   * @param arrivalTimeMs when the server had received them, ms since 1970
   */
  submit(events: readonly Buffer[], arrivalTimeMs: number): Promise<IntakeAnswer>;
  /** Bytes of one request after decompression; more is refused. */
  readonly maxBodyBytes: number;
  /** Events of one request; more could never be queued. */
  readonly maxEvents: number;
}

export type IntakeAnswer =
  /** Stored; `outcomes[i]` belongs to `events[i]`. */
  | { readonly kind: 'stored'; readonly outcomes: readonly EventOutcome[] }
  /** Nothing was queued: too many events wait already. */
  | { readonly kind: 'full'; readonly pendingEvents: number }
  /** The worker is not reading yet, or no longer; whether queued events were stored is not known. */
  | { readonly kind: 'closed' };
