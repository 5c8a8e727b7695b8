import { loadPipeline } from '../../config/load.ts';
import type { ExitCode } from '../output.ts';
import { type Base, openBase } from './runtime.ts';

/** Opens a pipeline's store for one command and closes it whatever happens. */
export async function withBase(pipeline: string, work: (base: Base) => Promise<ExitCode>): Promise<ExitCode> {
  const base = await openBase(await loadPipeline(pipeline, process.env), process.cwd());
  try {
    return await work(base);
  } finally {
    await base.store.close();
  }
}
