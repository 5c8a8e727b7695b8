import { ErrorCode, TidemarkError } from '../common/error.ts';
import type { Store } from './client.ts';

/** The same store, for whoever has nothing to write: every statement that writes is refused. */
export function readOnlyStore(store: Store): Store {
  const refuse = async (): Promise<never> => {
    throw new TidemarkError(ErrorCode.STORE_REJECTED, 'the store was opened to be read only', {
      place: `database ${store.database}`,
    });
  };
  return { ...store, command: refuse, insertRows: refuse, insertArrow: refuse };
}
