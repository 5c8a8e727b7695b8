import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Alone {
  readonly events: number;
  readonly malformed: number;
  readonly seconds: number;
}

const script = fileURLToPath(new URL('kafkajs-alone.ts', import.meta.url));

/** kafkajs with JSON.parse and nothing else over the first `count` messages of a topic, in a process of its own. */
export function readAlone(brokers: string, topic: string, count: number): Alone {
  const nodeFlags = ['--max-semi-space-size=32', '--import', 'tsx'];
  const made = spawnSync(process.execPath, [...nodeFlags, script, brokers, topic, String(count)], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`kafkajs alone failed: ${made.stderr}`);
  return JSON.parse(made.stdout) as Alone;
}
