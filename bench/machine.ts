import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Where and with what a scenario ran; the load is that of the minute before. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly versions: string;
  readonly loadBefore: number;
}

export function machine(): Machine {
  const known = cpus();
  const named = ['kafkajs', 'chdb', 'onnxruntime-node', 'apache-arrow'];
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: known[0]?.model.trim() ?? 'unknown',
    cores: known.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    versions: named.map((name) => `${name} ${manifest.dependencies[name]}`).join(', '),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
