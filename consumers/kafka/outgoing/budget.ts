/** Bytes that wait in memory to go out, over all lanes of an output, and who waits for them to become fewer. */
export interface Budget {
  readonly usedBytes: number;
  take(bytes: number): void;
  release(bytes: number): void;
  /** Resolves at the next {@link Budget.announce}. */
  changed(): Promise<void>;
  /** Wakes those who wait: something went out, failed or ended. */
  announce(): void;
}

export function createBudget(): Budget {
  let usedBytes = 0;
  let waiting: (() => void)[] = [];
  return {
    get usedBytes() {
      return usedBytes;
    },
    take(bytes) {
      usedBytes += bytes;
    },
    release(bytes) {
      usedBytes -= bytes;
    },
    changed: () => new Promise((resolve) => waiting.push(resolve)),
    announce() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
