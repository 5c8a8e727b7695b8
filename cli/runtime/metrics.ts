import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Labels, Metrics } from '../../common/ports.ts';

/** Seconds: from a millisecond to the longest flush or job that is still of interest. */
const buckets = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 120];

/** Metrics for Prometheus. A metric's labels are those of its first use. */
export function createMetrics(): Metrics & { text(): Promise<string> } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'tidemark_process_' });
  const known = new Map<string, Counter | Gauge | Histogram>();
  function metric<T extends Counter | Gauge | Histogram>(name: string, make: () => T): T {
    const found = known.get(name);
    if (found !== undefined) return found as T;
    const made = make();
    known.set(name, made);
    return made;
  }
  const shape = (name: string, labels: Labels) => ({
    name,
    help: `See docs/operations.md for ${name}.`,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  return {
    count: (name, value = 1, labels = {}) => metric(name, () => new Counter(shape(name, labels))).inc(labels, value),
    gauge: (name, value, labels = {}) => metric(name, () => new Gauge(shape(name, labels))).set(labels, value),
    time: (name, seconds, labels = {}) =>
      metric(name, () => new Histogram({ ...shape(name, labels), buckets })).observe(labels, seconds),
    text: () => registry.metrics(),
  };
}
