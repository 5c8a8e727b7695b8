import { defineConfig } from 'vitest/config';

/** One data directory a process is all the embedded engine allows, so every integration file gets a process of its own. */
const project = (name: string, timeoutMs: number, include = [`test/${name}/**/*.test.ts`]) => ({
  extends: true as const,
  test: { name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', 20_000),
      project('property', 60_000),
      project('integration', 300_000),
      project('faults', 3_600_000),
    ],
  },
});
