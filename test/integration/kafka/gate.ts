import { describe, it } from 'vitest';
import { kafkaAvailable } from '../../../scripts/kafka/jars.ts';

/**
 * Tests that need a real broker. Where Java or Maven is missing they do not run and say so on the console; with CI=true
 * that is a failure.
 */
export function describeWithKafka(name: string, tests: () => void): void {
  const found = kafkaAvailable();
  if (found.available) {
    describe(name, tests);
    return;
  }
  const notice = `the Kafka tests "${name}" did not run: ${found.why}`;
  console.warn(`\n*** ${notice} ***\n`);
  describe(name, () => {
    it('has a broker to run against', () => {
      if (process.env['CI'] === 'true') throw new Error(notice);
    });
  });
}
