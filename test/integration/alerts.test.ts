import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { type AlertMessage, alertKey } from '../../actions/alerts/alert.ts';
import { createAlertChannels } from '../../actions/alerts/channels.ts';

const message: AlertMessage = {
  incidentId: 'inc-1',
  action: 'opened',
  pipeline: 'flights',
  severity: 'high',
  title: 'delay has moved at <b>ATL</b>',
  cause: 'values between 60 and 90 are 4 times as frequent',
  features: ['delay', 'distance'],
  segment: 'origin=ATL',
  openedAtMs: Date.UTC(2001, 4, 1, 12),
  numbers: [{ label: 'Jensen-Shannon distance', value: '0.31 (critical 0.08)' }],
  done: ['Retraining job job-7 was queued.'],
  consoleUrl: 'http://127.0.0.1:8787/incidents/inc-1?a=1&b=2',
};

/** Ends every test's servers, whatever became of it. */
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Mailbox {
  readonly port: number;
  readonly mails: ParsedMail[];
  readonly sessions: () => number;
}

async function mailServer(options: {
  readonly port?: number;
  /** What the server says to the n-th recipient command, from 1; undefined accepts. */
  readonly refuse?: (attempt: number) => { readonly code: number; readonly text: string } | undefined;
}): Promise<Mailbox> {
  const mails: ParsedMail[] = [];
  let attempts = 0;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onRcptTo(_address, _session, callback) {
      const refusal = options.refuse?.(++attempts);
      callback(refusal === undefined ? null : Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData(stream, _session, callback) {
      simpleParser(stream).then((mail) => {
        mails.push(mail);
        callback();
      }, callback);
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(options.port ?? 0, '127.0.0.1');
  await once(listening, 'listening');
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (listening.address() as AddressInfo).port, mails, sessions: () => attempts };
}

async function httpServer(answer: (attempt: number) => number): Promise<{
  readonly url: string;
  readonly received: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: unknown }[];
}> {
  const received: { headers: NodeJS.Dict<string | string[]>; body: unknown }[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.statusCode = answer(received.length);
    response.setHeader('location', '/elsewhere');
    response.end('secret answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cret`, received };
}

function mailChannel(port: number, sleep: (ms: number) => Promise<void> = async () => undefined) {
  const config = {
    name: 'owners',
    mail: { url: `smtp://127.0.0.1:${port}`, from: 'Tidemark <tidemark@example.com>', to: ['ml@example.com'] },
  };
  const channel = createAlertChannels([config], { sleep, random: () => 0.5 }).get('owners');
  if (channel === undefined) throw new Error('the channel is missing');
  return channel;
}

function webhookChannel(url: string, sleep: (ms: number) => Promise<void> = async () => undefined) {
  const channel = createAlertChannels([{ name: 'chat', webhook: { url } }], { sleep, random: () => 0.5 }).get('chat');
  if (channel === undefined) throw new Error('the channel is missing');
  return channel;
}

describe('mail', () => {
  it('arrives with what, where, since when, cause, numbers, what was done and a link', async () => {
    const server = await mailServer({});
    await mailChannel(server.port).send(message);
    const [mail] = server.mails;
    expect(server.mails.length).toBe(1);
    expect(mail?.subject).toBe('[flights] high: delay has moved at <b>ATL</b>');
    expect(mail?.messageId).toBe(`<tidemark-${alertKey(message)}@example.com>`);
    for (const part of [
      'flights, origin=ATL',
      'delay, distance',
      '2001-05-01T12:00:00.000Z',
      'values between 60 and 90 are 4 times as frequent',
      'Jensen-Shannon distance: 0.31 (critical 0.08)',
      'Retraining job job-7 was queued.',
      'http://127.0.0.1:8787/incidents/inc-1?a=1&b=2',
    ])
      expect(mail?.text).toContain(part);
    expect(mail?.html).toContain('delay has moved at &lt;b&gt;ATL&lt;/b&gt;');
    expect(mail?.html).toContain('href="http://127.0.0.1:8787/incidents/inc-1?a=1&amp;b=2"');
  });

  it('lets no text of an event become a header, a recipient or an attachment', async () => {
    const server = await mailServer({});
    const evil = 'x\r\nBcc: thief@example.com\r\n\r\n<script>alert(1)</script>\u0000';
    await mailChannel(server.port).send({
      ...message,
      title: evil,
      pipeline: evil,
      cause: evil,
      segment: evil,
      consoleUrl: 'javascript:alert(1)',
    });
    const [mail] = server.mails;
    expect(mail?.bcc).toBeUndefined();
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(mail?.subject?.length).toBeLessThanOrEqual(120);
    expect(mail?.text).not.toMatch(/^Bcc:/m);
    expect(mail?.html).not.toContain('<script');
    expect(mail?.html).not.toContain('href="javascript');
    expect(mail?.attachments).toEqual([]);
  });

  it('waits for a server that is down and comes back', async () => {
    const probe = await mailServer({});
    await cleanups.pop()?.();
    const waits: number[] = [];
    let late: Mailbox | undefined;
    await mailChannel(probe.port, async (ms) => {
      waits.push(ms);
      if (waits.length === 2) late = await mailServer({ port: probe.port });
    }).send(message);
    expect(late?.mails.length).toBe(1);
    expect(waits).toEqual([1500, 3000]);
  });

  it('tries a temporary refusal again, with the same Message-ID', async () => {
    const server = await mailServer({
      refuse: (attempt) => (attempt < 3 ? { code: 451, text: 'later' } : undefined),
    });
    await mailChannel(server.port).send(message);
    expect(server.sessions()).toBe(3);
    expect(server.mails[0]?.messageId).toBe(`<tidemark-${alertKey(message)}@example.com>`);
  });

  it('fails at once where the server refuses for good', async () => {
    const server = await mailServer({ refuse: () => ({ code: 550, text: 'no such user' }) });
    await expect(mailChannel(server.port).send(message)).rejects.toMatchObject({
      code: 'DELIVERY_FAILED',
      place: `mail 127.0.0.1:${server.port}`,
      retriable: false,
    });
    expect(server.sessions()).toBe(1);
  });

  it('puts later mails of an incident into the thread of its first', async () => {
    const server = await mailServer({});
    const channel = mailChannel(server.port);
    await channel.send(message);
    await channel.send({ ...message, action: 'closed' });
    expect(server.mails[1]?.inReplyTo).toBe(server.mails[0]?.messageId);
    expect(server.mails[1]?.messageId).not.toBe(server.mails[0]?.messageId);
  });
});

describe('webhook', () => {
  it('is posted as JSON with a key that a repetition shares', async () => {
    const server = await httpServer((attempt) => (attempt === 1 ? 503 : 204));
    await webhookChannel(server.url).send(message);
    expect(server.received.length).toBe(2);
    expect(server.received[1]?.body).toEqual(server.received[0]?.body);
    expect(server.received[0]?.body).toMatchObject({ version: 1, key: alertKey(message), ...message });
    expect(server.received[0]?.headers['idempotency-key']).toBe(alertKey(message));
  });

  it.each([400, 404, 302])('is not tried again after %i', async (status) => {
    const server = await httpServer(() => status);
    await expect(webhookChannel(server.url).send(message)).rejects.toMatchObject({
      code: 'DELIVERY_FAILED',
      retriable: false,
    });
    expect(server.received.length).toBe(1);
  });

  it('fails after five attempts, without the secret of its URL in the error', async () => {
    const server = await httpServer(() => 500);
    const waits: number[] = [];
    const failure = await webhookChannel(server.url, async (ms) => void waits.push(ms))
      .send(message)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DELIVERY_FAILED', retriable: true });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('s3cret');
    expect(server.received.length).toBe(5);
    expect(waits).toEqual([1500, 3000, 6000, 12_000]);
  });
});

describe('channels', () => {
  it.each([
    [[{ name: 'a' }]],
    [[{ name: 'a', webhook: { url: 'ftp://example.com' } }]],
    [[{ name: 'a', mail: { url: 'http://example.com', from: 'a@example.com', to: ['b@example.com'] } }]],
    [
      [
        { name: 'a', webhook: { url: 'http://example.com' } },
        { name: 'a', webhook: { url: 'http://example.com' } },
      ],
    ],
  ])('refuses what cannot work: %j', (configs) => {
    expect(() => createAlertChannels(configs)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
