import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { modelFile, readModelFiles } from './files.ts';
import { planModel } from './plan.ts';
import { createRunner, type Runner } from './runner.ts';
import { runtimeReason } from './runtime-reason.ts';
import type { ModelSignature } from './signature.ts';
import { tryOut } from './try-out.ts';

export interface LoadOptions {
  /** Features of the contract. */
  readonly fields: readonly FeatureField[];
  /** Threads of one run; above 1 only where a core is free for it. */
  readonly intraOpThreads: number;
  /** Refuse the directory unless it is this artifact. */
  readonly artifactId?: string;
}

/** A version ready to score. Runs are queued: one at a time, in order. */
export interface LoadedModel {
  readonly signature: ModelSignature;
  readonly artifactId: string;
  /** Size of the graph, the measure of what a session holds. */
  readonly bytes: number;
  /**
   * Scores `rows` of the frame (all by default): probability of the positive outcome or the predicted number, shape
   * `[rows]`. NaN where the graph says so.
   * @throws MODEL_INVALID where the graph fails on the rows
   */
  score(frame: Frame, rows?: Int32Array): Promise<Float64Array>;
  /** Frees the session when the runs that were asked for have ended. Calling it again is harmless. */
  release(): Promise<void>;
}

/**
 * Loads a version: checks the files, the signature, the graph and the contract against each other, and runs the graph
 * once on made-up rows (one with everything absent or unknown, one with the last value of every vocabulary), so that
 * what cannot score is refused here and not in the middle of a stream.
 * @throws MODEL_INVALID naming what does not fit
 */
export async function loadModel(directory: string, options: LoadOptions): Promise<LoadedModel> {
  const files = await readModelFiles(directory);
  const place = join(directory, modelFile);
  if (options.artifactId !== undefined && options.artifactId !== files.artifactId) {
    throw new TidemarkError(
      ErrorCode.MODEL_INVALID,
      `the directory holds artifact ${files.artifactId.slice(0, 12)}, the registry names ${options.artifactId.slice(0, 12)}`,
      { place: directory, cure: 'Restore the directory from a backup, or register the model as a new version.' },
    );
  }
  const session = await openSession(files.onnx, options.intraOpThreads, place);
  try {
    const plan = planModel({
      signature: files.signature,
      graph: { inputs: session.inputMetadata, outputs: session.outputMetadata },
      fields: options.fields,
      place,
    });
    const runner = createRunner({ session, plan, place });
    await tryOut({ runner, signature: files.signature, fields: options.fields, place });
    return wrap(session, runner, { ...files, bytes: files.onnx.length });
  } catch (error) {
    await session.release();
    throw error;
  }
}

function wrap(
  session: InferenceSession,
  runner: Runner,
  about: Pick<LoadedModel, 'signature' | 'artifactId' | 'bytes'>,
): LoadedModel {
  // Runs share their buffers, so each waits for the one before; a second release() of a session throws.
  let last: Promise<unknown> = Promise.resolve();
  let released: Promise<void> | undefined;
  return {
    signature: about.signature,
    artifactId: about.artifactId,
    bytes: about.bytes,
    score(frame, rows) {
      if (released !== undefined) return Promise.reject(new Error('the model was released'));
      const run = last.then(() => runner(frame, rows));
      last = run.catch(() => undefined);
      return run;
    },
    release() {
      released ??= last.then(() => session.release());
      return released;
    },
  };
}

async function openSession(onnx: Buffer, intraOpThreads: number, place: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(onnx, {
      intraOpNumThreads: intraOpThreads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw refused(messageOf(cause), place, cause);
  }
}

function refused(reason: string, place: string, cause: unknown): TidemarkError {
  const opset = /Opset (\d+) is under development.*till opset (\d+)/s.exec(reason);
  if (opset !== null) {
    return new TidemarkError(
      ErrorCode.MODEL_INVALID,
      `the model is written in opset ${opset[1]}; the runtime knows opsets up to ${opset[2]}`,
      { place, cure: `Export it again with opset ${opset[2]} or below.`, cause },
    );
  }
  if (/protobuf parsing failed|data pointer is null|ModelProto does not have a graph/i.test(reason)) {
    return new TidemarkError(ErrorCode.MODEL_INVALID, 'the file is not an ONNX model, or it is damaged', {
      place,
      cure: 'Train or export the model again.',
      cause,
    });
  }
  return new TidemarkError(ErrorCode.MODEL_INVALID, `the runtime refuses the model: ${runtimeReason(cause)}`, {
    place,
    cure: 'Export the model again for this version of onnxruntime.',
    cause,
  });
}
