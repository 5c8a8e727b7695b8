import { describe, it } from 'vitest';
import { registryAvailable } from '../../../scripts/kafka/registry.ts';

/**
 * Tests that need a real schema registry. Where Java or Maven is missing they do not run and say so on the console; with CI=true
 * that is a failure.
 */
export function describeWithRegistry(name: string, tests: () => void): void {
  const found = registryAvailable();
  if (found.available) {
    describe(name, tests);
    return;
  }
  const notice = `the tests of the schema registry "${name}" did not run: ${found.why}`;
  console.warn(`\n*** ${notice} ***\n`);
  describe(name, () => {
    it('has a registry to run against', () => {
      if (process.env['CI'] === 'true') throw new Error(notice);
    });
  });
}
