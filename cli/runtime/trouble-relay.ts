import { randomUUID } from 'node:crypto';
import { messageOf } from '../../common/error.ts';
import { type Logger, systemClock } from '../../common/ports.ts';
import type { RaisedTrouble, TroubleBoard } from '../../common/trouble.ts';
import type { TroubleStore } from '../../store/trouble-store.ts';

/** How soon a change is written, again where the store was away; and how often what goes on is said again. */
const intervalMs = 1000;
const sayAgainMs = 15_000;

/**
 * Writes the troubles of this process to the store, from which the monitor that leads makes incidents, in whichever process it is.
 * What is raised when it closes stays for a minute: a process that is started again soon goes on with the incident.
 */
export function relayTroubles(board: TroubleBoard, store: TroubleStore, logger: Logger): { close(): Promise<void> } {
  const processId = randomUUID();
  let written = new Map<string, RaisedTrouble>();
  let saidMs = 0;
  let writing: Promise<void> | undefined;

  async function write(current: readonly RaisedTrouble[]): Promise<void> {
    const nowMs = systemClock.now();
    const now = new Map(current.map((trouble) => [trouble.key, trouble]));
    const over = [...written.values()].filter(({ key, sinceMs }) => now.get(key)?.sinceMs !== sinceMs);
    const fresh = current.filter(({ key, sinceMs }) => written.get(key)?.sinceMs !== sinceMs);
    const due = nowMs - saidMs >= sayAgainMs;
    if (over.length === 0 && fresh.length === 0 && (current.length === 0 || !due)) return;
    await store.write(
      processId,
      [
        ...over.filter(({ key }) => !now.has(key)).map((trouble) => ({ ...trouble, raised: false })),
        ...current.map((trouble) => ({ ...trouble, raised: true })),
      ],
      nowMs,
    );
    written = now;
    saidMs = nowMs;
  }

  function look(): void {
    writing ??= write(board.current())
      .catch((error: unknown) =>
        logger.warn({ reason: messageOf(error) }, 'a trouble could not be written; trying again'),
      )
      .finally(() => {
        writing = undefined;
      });
  }

  const timer = setInterval(look, intervalMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await writing;
    },
  };
}
