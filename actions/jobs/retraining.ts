import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { Logger } from '../../common/ports.ts';
import type { ModelConfig } from '../../config/schema.ts';
import type { Job, JobEntry } from './job.ts';
import { runCommand } from './run-command.ts';

export interface RetrainingDeps {
  readonly readJob: (jobId: string) => Promise<{ readonly seq: number; readonly job: Job } | undefined>;
  /** Throws LEADERSHIP_LOST where the job is another process's by now: that ends the run here. */
  readonly writeEntries: (entries: readonly JobEntry[]) => Promise<void>;
  /** Writes the labelled events as an Arrow file; gives the number of rows. */
  readonly exportDataset: (range: {
    readonly startMs: number;
    readonly endMs: number;
    readonly knownByMs: number;
    readonly path: string;
  }) => Promise<number>;
  /** Checks and registers what the command wrote; gives the version. The same job registers once. */
  readonly register: (made: {
    readonly model: string;
    readonly directory: string;
    readonly datasetPath: string;
    readonly job: Job;
    readonly atMs: number;
  }) => Promise<string>;
  /** Data sets and runs are kept here. */
  readonly directory: string;
  /** Where commands run, and what their relative paths start from. */
  readonly workingDirectory: string;
  /** Ends the command. What is thrown then is not written down as a failure of the job: see `writeEntries`. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsedMs: () => number;
  readonly logger: Logger;
}

export interface RetrainingRequest {
  readonly jobId: string;
  readonly config: ModelConfig;
  readonly incidentId: string;
  readonly why: string;
  readonly atMs: number;
}

/**
 * One retraining run: an immutable data set named by its hash, the command, and a registered version. A run that a crash
 * interrupted is started anew under its id; one that has ended is not run again.
 */
export async function retrain(request: RetrainingRequest, deps: RetrainingDeps): Promise<Job> {
  const { jobId, config, atMs } = request;
  const retrainConfig = config.retrain;
  if (retrainConfig === undefined) {
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `model ${config.name} has no retrain section`, {
      place: `models: ${config.name}`,
      cure: 'Add retrain.command to the model, or take the retrain action out',
    });
  }
  const known = await deps.readJob(jobId);
  if (known?.job.state === 'succeeded' || known?.job.state === 'failed') return known.job;
  let seq = known?.seq ?? 0;
  let job: Job = {
    id: jobId,
    model: config.name,
    state: 'running',
    why: request.why,
    incidentId: request.incidentId,
    requestedAtMs: atMs,
    attempt: (known?.job.attempt ?? 0) + 1,
    dataset: null,
    datasetRows: null,
    datasetFrom: atMs - retrainConfig.window,
    datasetTo: atMs,
    command: retrainConfig.command,
    seconds: null,
    version: null,
    error: null,
  };
  const note = async (change: Partial<Job>): Promise<void> => {
    job = { ...job, ...change };
    seq++;
    await deps.writeEntries([{ jobId, seq, atMs, state: job.state, entry: job }]);
  };
  const startedMs = deps.elapsedMs();
  const seconds = () => Math.round(deps.elapsedMs() - startedMs) / 1000;
  await note({});
  try {
    const dataset = await makeDataset(job, deps, retrainConfig.minRows);
    await note({ dataset: dataset.id, datasetRows: dataset.rows });
    const directory = join(deps.directory, 'runs', `${jobId}-${job.attempt}`);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await runCommand({
      command: [...retrainConfig.command, '--dataset', resolve(dataset.path), '--out', resolve(directory)],
      workingDirectory: deps.workingDirectory,
      limitMs: retrainConfig.runLimit,
      ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    });
    const version = await deps.register({ model: config.name, directory, datasetPath: dataset.path, job, atMs });
    await note({ state: 'succeeded', version, seconds: seconds() });
  } catch (error) {
    // A store that does not answer is no fault of the job: the round is done again.
    if (error instanceof TidemarkError && (error.retriable || error.code === ErrorCode.LEADERSHIP_LOST)) throw error;
    deps.logger.error({ job: jobId, reason: messageOf(error) }, 'a retraining run failed');
    await note({ state: 'failed', error: messageOf(error), seconds: seconds() });
  }
  return job;
}

async function makeDataset(job: Job, deps: RetrainingDeps, minRows: number) {
  const directory = join(deps.directory, 'datasets');
  await mkdir(directory, { recursive: true });
  const part = join(directory, `${job.id}-${job.attempt}.part.arrow`);
  const rows = await deps.exportDataset({
    startMs: job.datasetFrom as number,
    endMs: job.datasetTo as number,
    knownByMs: job.requestedAtMs,
    path: part,
  });
  if (rows < minRows) {
    await rm(part, { force: true });
    throw new TidemarkError(ErrorCode.JOB_FAILED, `only ${rows} labelled events, ${minRows} are needed`, {
      place: `model ${job.model}`,
      cure: 'Wait for more labels, lengthen retrain.window or lower retrain.minRows',
    });
  }
  const digest = createHash('sha256');
  await pipeline(createReadStream(part), digest);
  const id = digest.digest('hex');
  const path = join(directory, `${id}.arrow`);
  await rename(part, path);
  return { id, path, rows };
}
