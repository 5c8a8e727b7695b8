import { createHash } from 'node:crypto';

/** What an incident tells people. All texts are plain; channels escape them as their form demands. */
export interface AlertMessage {
  readonly incidentId: string;
  /** What happened to the incident: `opened`, `escalated`, `closed`, ... One message an incident and action. */
  readonly action: string;
  readonly pipeline: string;
  readonly severity: string;
  /** One line: what and where. */
  readonly title: string;
  /** The likely cause, in words. */
  readonly cause: string;
  readonly features: readonly string[];
  /** Empty: all events. */
  readonly segment: string;
  /** Event time at which the incident began, ms since 1970. */
  readonly openedAtMs: number;
  /** What was measured, as label and value with its unit. */
  readonly numbers: readonly { readonly label: string; readonly value: string }[];
  /** What was done about it, a sentence each. */
  readonly done: readonly string[];
  /** The incident in the console, where there is one. */
  readonly consoleUrl?: string;
}

/** Where alerts go. `send` retries with back-off and throws DELIVERY_FAILED in the end. */
export interface AlertChannel {
  readonly name: string;
  send(message: AlertMessage): Promise<void>;
}

/** Names a message across retries and restarts: the same incident and action give the same 32 hexadecimal digits. */
export function alertKey(message: Pick<AlertMessage, 'incidentId' | 'action'>): string {
  return createHash('sha256')
    .update(JSON.stringify([message.incidentId, message.action]))
    .digest('hex')
    .slice(0, 32);
}
