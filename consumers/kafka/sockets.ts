import { isIP, connect as netConnect, Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { createFrameCheck } from './frame-check.ts';

/** The `code` of connections on which something else than a broker answers. */
export const notKafka = 'NOT_KAFKA';

/** The connections of one membership. */
export interface Sockets {
  readonly factory: ISocketFactory;
  /** Ends those that are left, at once, and lets no new ones be made. */
  close(): void;
}

const keepAliveMs = 60_000;

class NotKafkaError extends Error {
  readonly code = notKafka;
}

type Listener = (...args: never[]) => void;

/**
 * kafkajs reads in the listener of `data`: what it throws there would end the process, and a size that makes no sense it would
 * wait for. Both end the connection instead.
 */
function guardData(socket: Socket): void {
  const on = socket.on.bind(socket) as (event: string, listener: Listener) => Socket;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const check = createFrameCheck();
  const end = () => socket.destroy(new NotKafkaError('what answers is no Kafka broker'));
  const guarded =
    (read: (data: Buffer) => void) =>
    (data: Buffer): void => {
      if (socket.destroyed) return;
      if (!check.accepts(data)) {
        end();
        return;
      }
      try {
        read(data);
      } catch {
        end();
      }
    };
  // One call a request, before the answer can come.
  socket.write = ((...args: unknown[]) => {
    check.asked(args[0] as Buffer);
    return write(...args);
  }) as Socket['write'];
  socket.on = ((event: string, listener: Listener) =>
    on(event, event === 'data' ? guarded(listener as (data: Buffer) => void) : listener)) as Socket['on'];
}

/**
 * Makes the connections of a client. Kept here, because kafkajs cannot be told to give up: it waits for answers that are
 * outstanding before it closes a connection, and goes on trying in the background.
 */
export function createSockets(): Sockets {
  const open = new Set<Socket>();
  let closed = false;
  const end = (socket: Socket) => socket.destroy(new Error('the connection was closed by this side'));
  return {
    factory: ({ host, port, ssl, onConnect }) => {
      if (closed) {
        const none = new Socket();
        process.nextTick(end, none);
        return none;
      }
      const socket = ssl
        ? tlsConnect({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
        : netConnect({ host, port }, onConnect);
      socket.setKeepAlive(true, keepAliveMs);
      guardData(socket);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    close() {
      closed = true;
      for (const socket of open) end(socket);
    },
  };
}
