/** The first SIGINT or SIGTERM. */
export interface StopSignal {
  /** Resolves when it came. */
  readonly promise: Promise<void>;
  signalled(): boolean;
}

/** Calls `stop` at the first signal; the process leaves at once at a second one. */
export function onStopSignal(stop: () => void): StopSignal {
  let signalledMs: number | undefined;
  const promise = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // Twice is meant: leave at once; what is committed is safe. A terminal's Ctrl-C may come twice at once, from the
        // terminal and from the script that started this process.
        if (signalledMs !== undefined && performance.now() - signalledMs > 500) process.exit(130);
        signalledMs ??= performance.now();
        stop();
        resolve();
      });
    }
  });
  return { promise, signalled: () => signalledMs !== undefined };
}
