import { readFileSync } from 'node:fs';

/** Clock ticks of Linux, a hundred a second on every platform Node runs on. */
const msPerTick = 10;

export interface ProcessorTime {
  /** Of the thread that runs JavaScript, ms. */
  readonly mainMs: number;
  /** Of all threads, the engine's and the collector's among them, ms. */
  readonly allMs: number;
}

/** What a running process has used so far (user and system). Unlike the rate it hardly depends on what else runs. */
export function processorTimeOf(pid: number): ProcessorTime {
  return { mainMs: ticksIn(`/proc/${pid}/task/${pid}/stat`), allMs: ticksIn(`/proc/${pid}/stat`) };
}

function ticksIn(path: string): number {
  const text = readFileSync(path, 'utf8');
  // The name of the program stands in brackets and may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}
