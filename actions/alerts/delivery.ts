import type { RetryOptions } from '../../common/retry.ts';
import type { AlertMessage } from './alert.ts';

/** One attempt. Throws DELIVERY_FAILED, retriable where another attempt may succeed. */
export type Delivery = (message: AlertMessage) => Promise<void>;

/** Five attempts over about half a minute; what fails then is tried again by the monitor's next round. */
export const deliveryPolicy = { attempts: 5, baseMs: 2000, maxMs: 30_000 } satisfies Partial<RetryOptions>;
