/** A seeded source of randomness: the only kind the pure parts may use. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** As a seed it goes on from here. */
  state(): number;
}

/** Mulberry32 (Tommy Ettinger, 2017): 32 bits of state, passes gjrand; not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    state: () => state,
  };
}
