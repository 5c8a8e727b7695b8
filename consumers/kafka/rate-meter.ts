const windowSeconds = 10;

/** Counts by the second, over the last ten of them. */
export interface RateMeter {
  add(count: number): void;
  /** The mean of the last ten whole seconds, or of those since the first count. */
  perSecond(): number;
}

/** `now` is in ms. */
export function createRateMeter(now: () => number): RateMeter {
  /** By second modulo the length: the last ten whole ones and the present one. */
  const counts = new Float64Array(windowSeconds + 1);
  const secondNow = () => Math.floor(now() / 1000);
  let first: number | undefined;
  let last = secondNow();

  function advance(): void {
    const second = secondNow();
    const passed = Math.min(second - last, counts.length);
    for (let step = 1; step <= passed; step++) counts[(last + step) % counts.length] = 0;
    last = Math.max(last, second);
  }

  return {
    add(count) {
      advance();
      first ??= last;
      const at = last % counts.length;
      counts[at] = (counts[at] as number) + count;
    },
    perSecond() {
      advance();
      if (first === undefined) return 0;
      const seconds = Math.min(windowSeconds, last - first);
      let sum = 0;
      for (let back = 1; back <= seconds; back++) sum += counts[(last - back) % counts.length] as number;
      return seconds === 0 ? 0 : sum / seconds;
    },
  };
}
