import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { type AlertMessage, alertKey } from './alert.ts';
import { subjectOf } from './alert-text.ts';
import type { Delivery } from './delivery.ts';

const timeoutMs = 10_000;

/** The body of a webhook. `text` stands alone for receivers that show one text, such as chat programs. */
export interface WebhookPayload extends AlertMessage {
  readonly version: 1;
  /** The same for every retry: receivers that keep it see each message once. */
  readonly key: string;
  readonly text: string;
}

export function webhookPayload(message: AlertMessage): WebhookPayload {
  const link = message.consoleUrl === undefined ? '' : `\n${message.consoleUrl}`;
  return { version: 1, key: alertKey(message), text: `${subjectOf(message)}\n${message.cause}${link}`, ...message };
}

/** One POST of the payload as JSON. Redirects are not followed; the path of the URL may be a secret and is not repeated. */
export function webhookDelivery({ url }: { readonly url: string }): Delivery {
  const place = `webhook ${new URL(url).origin}`;
  const fail = (why: string, retriable: boolean, cause?: unknown) =>
    new TidemarkError(ErrorCode.DELIVERY_FAILED, `the webhook did not take the alert: ${why}`, {
      place,
      cure: 'Check url of the alert channel and that its receiver runs.',
      retriable,
      cause,
    });
  return async (message) => {
    const payload = webhookPayload(message);
    let response: Response;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': payload.key, 'user-agent': 'tidemark' },
        body: JSON.stringify(payload),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      throw fail(cause === undefined ? messageOf(error) : messageOf(cause), true, error);
    }
    const { status } = response;
    if (!response.ok) throw fail(`it answered ${status}`, status >= 500 || status === 429 || status === 408);
  };
}
