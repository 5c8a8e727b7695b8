import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';
import { checkYaml, readYaml } from '../common/yaml-file.ts';
import { crossCheck } from './cross-check.ts';
import { type PipelineConfig, pipelineSchema } from './schema.ts';

export interface PipelineFile {
  readonly config: PipelineConfig;
  /** Absolute. */
  readonly path: string;
  /** What relative paths in the file start from. */
  readonly directory: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a pipeline file. Throws CONFIG_INVALID with every problem as `file:line:column: key: reason`: unknown keys, wrong
 * values, variables that are not set, names that lead nowhere.
 */
export async function loadPipeline(file: string, environment: Environment): Promise<PipelineFile> {
  const path = resolve(file);
  const text = await readText(path);
  const code = ErrorCode.CONFIG_INVALID;
  const yaml = readYaml(text, file, { code, environment });
  const config = checkYaml(yaml, pipelineSchema, file, code);
  crossCheck(config, yaml, file);
  return { config, path, directory: dirname(path) };
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, `the file cannot be read: ${messageOf(error)}`, {
      place: path,
      cure: 'Check the path and its permissions',
      cause: error,
    });
  }
}
