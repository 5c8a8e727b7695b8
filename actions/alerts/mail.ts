import { createTransport } from 'nodemailer';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { type AlertMessage, alertKey } from './alert.ts';
import { htmlOf, plainTextOf, subjectOf } from './alert-text.ts';
import type { Delivery } from './delivery.ts';

export interface MailOptions {
  /** smtp://user:password@host:port, or smtps:// */
  readonly url: string;
  readonly from: string;
  readonly to: readonly string[];
}

const timeoutMs = 15_000;

/** The domain behind the last @ of the sender, for Message-IDs. */
function domainOf(from: string): string {
  return /@([a-z0-9.-]+)[^@]*$/i.exec(from)?.[1] ?? 'localhost';
}

/** Errors that another attempt does not cure: the server refused for good (5xx), the login, or the address. */
function isFinal(error: unknown): boolean {
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  return code === 'EAUTH' || code === 'EENVELOPE' ? (responseCode ?? 500) >= 500 : (responseCode ?? 0) >= 500;
}

/**
 * One attempt to send a mail in text and HTML. The Message-ID comes from the incident and the action, so that a mail that
 * was sent twice (the answer of the first attempt was lost) is recognised as one by mail programs.
 */
export function mailDelivery({ url, from, to }: MailOptions): Delivery {
  const { hostname, port, protocol } = new URL(url);
  const place = `mail ${hostname}${port === '' ? '' : `:${port}`}`;
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    secure: protocol === 'smtps:',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const messageId = (message: Pick<AlertMessage, 'incidentId' | 'action'>) =>
    `<tidemark-${alertKey(message)}@${domainOf(from)}>`;
  return async (message) => {
    const opening = messageId({ incidentId: message.incidentId, action: 'opened' });
    try {
      await transport.sendMail({
        from,
        to: [...to],
        subject: subjectOf(message),
        text: plainTextOf(message),
        html: htmlOf(message),
        messageId: messageId(message),
        // Later mails of one incident stand in the thread of its first.
        ...(message.action === 'opened' ? {} : { inReplyTo: opening, references: [opening] }),
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      throw new TidemarkError(ErrorCode.DELIVERY_FAILED, `the mail was not accepted: ${messageOf(error)}`, {
        place,
        cure: 'Check url, from and to of the alert channel and that the mail server runs.',
        retriable: !isFinal(error),
        cause: error,
      });
    }
  };
}
