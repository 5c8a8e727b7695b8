import { messageOf } from '../../common/error.ts';
import type { Logger, Metrics } from '../../common/ports.ts';
import type { AlertChannel } from '../alerts/alert.ts';
import type { Incident } from '../incidents/incident.ts';
import { alertOf } from './alert-message.ts';

export interface AlerterOptions {
  readonly pipeline: string;
  readonly channels: ReadonlyMap<string, AlertChannel>;
  readonly consoleUrl: () => string | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Tells a channel of an incident; the answer is a sentence for the incident's log. Never throws. */
export function createAlerter(options: AlerterOptions): (channel: string, incident: Incident) => Promise<string> {
  const { logger, metrics } = options;
  return async (name, incident) => {
    const channel = options.channels.get(name);
    if (channel === undefined) return `alert to ${name} was not sent: there is no such channel`;
    try {
      await channel.send(alertOf(options.pipeline, incident, options.consoleUrl()));
      metrics.count('tidemark_alerts_total', 1, { channel: name, outcome: 'sent' });
      return `alert sent to ${name}`;
    } catch (error) {
      // An alert that cannot be delivered must not stop the stream; the incident says so, and the metric counts it.
      metrics.count('tidemark_alerts_total', 1, { channel: name, outcome: 'failed' });
      logger.error({ channel: name, reason: messageOf(error) }, 'an alert could not be delivered');
      return `alert to ${name} could not be delivered: ${messageOf(error)}`;
    }
  };
}
