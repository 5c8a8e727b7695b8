import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { type Logger, type Metrics, noMetrics, silentLogger } from '../../common/ports.ts';
import { retry } from '../../common/retry.ts';
import type { AlertConfig } from '../../config/schema.ts';
import type { AlertChannel } from './alert.ts';
import { type Delivery, deliveryPolicy } from './delivery.ts';
import { mailDelivery } from './mail.ts';
import { webhookDelivery } from './webhook.ts';

export interface AlertDeps {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

function invalid(channel: string, why: string, cure: string): TidemarkError {
  return new TidemarkError(ErrorCode.CONFIG_INVALID, why, { place: `alerts: ${channel}`, cure });
}

/** Checks the scheme of a URL; the URL itself may hold a password and is not repeated. */
function checkUrl(url: string, check: { readonly channel: string; readonly schemes: readonly string[] }): void {
  const scheme = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (scheme === undefined || !check.schemes.includes(scheme))
    throw invalid(
      check.channel,
      'the url is not usable',
      `Write one that begins with ${check.schemes.join('// or ')}//.`,
    );
}

function deliveriesOf(config: AlertConfig): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  if (config.mail !== undefined) {
    checkUrl(config.mail.url, { channel: config.name, schemes: ['smtp:', 'smtps:'] });
    deliveries.push(mailDelivery(config.mail));
  }
  if (config.webhook !== undefined) {
    checkUrl(config.webhook.url, { channel: config.name, schemes: ['http:', 'https:'] });
    deliveries.push(webhookDelivery(config.webhook));
  }
  if (deliveries.length === 0) throw invalid(config.name, 'the channel leads nowhere', 'Give it mail or webhook.');
  return deliveries;
}

/**
 * The channels by name. Nothing is connected before the first message. A channel with both mail and webhook sends to both,
 * each with its own retries, and fails if either does. Throws CONFIG_INVALID for a channel that cannot work.
 */
export function createAlertChannels(configs: readonly AlertConfig[], deps: AlertDeps = {}): Map<string, AlertChannel> {
  const { logger = silentLogger, metrics = noMetrics, sleep = delay, random = Math.random } = deps;
  const channels = new Map<string, AlertChannel>();
  for (const config of configs) {
    const { name } = config;
    if (channels.has(name)) throw invalid(name, 'two channels have this name', 'Rename one of them.');
    const deliveries = deliveriesOf(config);
    channels.set(name, {
      name,
      async send(message) {
        const results = await Promise.allSettled(
          deliveries.map((deliver) =>
            retry(() => deliver(message), {
              ...deliveryPolicy,
              sleep: async (ms) => void (await sleep(ms)),
              random,
              onRetry: (info) =>
                logger.warn({ channel: name, incident: message.incidentId, ...info }, 'alert is retried'),
            }),
          ),
        );
        const failed = results.find((result) => result.status === 'rejected');
        metrics.count('tidemark_alerts_total', 1, { channel: name, outcome: failed === undefined ? 'sent' : 'failed' });
        if (failed !== undefined) throw failed.reason;
      },
    });
  }
  return channels;
}
