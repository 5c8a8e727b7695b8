import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Store } from '../../store/client.ts';
import { reportError } from '../output.ts';

/** Within this what is in flight is stored, if the store answers at all. */
const graceMs = 6000;
const answerMs = 2000;

/**
 * Ends a process that was told to end and waits for a store that takes requests and never answers; such a request may take two
 * minutes to fail. A store that answers is waited for, however long its work takes. Nothing is lost: what was not committed is
 * read again. The embedded engine is in this process and cannot be away.
 */
export function leaveInTime(storeOf: () => Pick<Store, 'query' | 'directory'> | undefined, json: boolean): void {
  if (storeOf()?.directory !== undefined) return;
  const look = async (): Promise<void> => {
    const store = storeOf();
    const answers = await Promise.race([
      // One that is not open yet is waited for at the start, where nothing is in flight.
      (store?.query('SELECT 1') ?? Promise.reject()).then(
        () => true,
        () => false,
      ),
      delay(answerMs, false, { ref: false }),
    ]);
    if (answers) wait();
    else process.exit(reportError(silent(), json));
  };
  // Without a hold on the process: it ends by itself where nothing is waited for.
  const wait = () => void setTimeout(look, graceMs).unref();
  wait();
}

function silent(): TidemarkError {
  return new TidemarkError(
    ErrorCode.STORE_UNAVAILABLE,
    'the store did not answer in time while the process was ending',
    {
      place: 'store.url',
      cure: 'Check it; what was not committed is read again.',
    },
  );
}
