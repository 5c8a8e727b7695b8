import type { Random } from '../../common/random.ts';

export interface Order {
  readonly id: string;
  readonly time: string;
  readonly shop: string;
  readonly amount: number;
  readonly quantity: number;
  readonly country: string;
  readonly channel: string;
}

const countries = ['DE', 'FR', 'IT', 'ES', 'PL'] as const;
const channels = ['web', 'app', 'store'] as const;

/** An ordinary order: amounts are lognormal, about 40 in the median. `factor` moves them, to see an alarm. */
export function orderOf(
  random: Random,
  at: { readonly id: string; readonly timeMs: number; readonly factor?: number },
): Order {
  const quantity = 1 + random.below(5);
  const amount = Math.round(100 * 20 * quantity ** 0.7 * Math.exp(0.6 * random.normal()) * (at.factor ?? 1)) / 100;
  return {
    id: at.id,
    time: new Date(at.timeMs).toISOString(),
    shop: `shop-${random.below(3)}`,
    amount,
    quantity,
    // The first of a list is the most frequent.
    country: countries[Math.floor(random.next() ** 2 * countries.length)] as string,
    channel: channels[Math.floor(random.next() ** 2 * channels.length)] as string,
  };
}
