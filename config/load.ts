import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';
import { checkYaml, type FileProblem, formatPath, problemsError, readYaml } from '../common/yaml-file.ts';
import { readCalendar } from './calendar.ts';
import { type CheckContext, checkPipeline } from './check.ts';
import { convertTexts, type Environment, substitute } from './environment.ts';
import { type PipelineConfig, pipelineSchema } from './schema.ts';

export interface PipelineFile {
  readonly config: PipelineConfig;
  /** Absolute. */
  readonly path: string;
  /** What relative paths in the file start from: `resolve(directory, config.contract)`. */
  readonly directory: string;
  /** Throws CONFIG_INVALID with lines for what can be said only with the contract or other parts at hand. */
  check(context: CheckContext): void;
}

/**
 * Reads a pipeline file: YAML with `${NAME}` and `${NAME:-default}` in its texts.
 * @throws TidemarkError CONFIG_INVALID with every problem as `file:line:column: key: reason` (unknown and duplicate keys, wrong
 * values, variables that are not set, names that lead nowhere), FILE_UNREADABLE
 */
export async function loadPipeline(file: string, environment: Environment): Promise<PipelineFile> {
  const path = resolve(file);
  const text = await readText(path);
  const code = ErrorCode.CONFIG_INVALID;
  const yaml = readYaml(text, file, {
    code,
    prepare: (document, say) => substitute(document, environment, say),
  });
  const first = pipelineSchema.safeParse(yaml.value);
  if (!first.success) {
    const wanted = first.error.issues.flatMap((issue) =>
      issue.code === 'invalid_type' ? [{ path: issue.path, expected: issue.expected }] : [],
    );
    convertTexts(yaml.document, wanted);
  }
  const { calendar, ...rest } = first.success ? first.data : checkYaml(yaml, pipelineSchema, file, code);
  const directory = dirname(path);
  const config: PipelineConfig = {
    ...rest,
    calendar: typeof calendar === 'string' ? await readCalendar(calendar, { directory, read: readText }) : calendar,
  };
  const check = (context: CheckContext): void => {
    const problems = checkPipeline(config, context).map(
      ({ path: keys, reason }): FileProblem => ({ ...yaml.locate(keys), path: formatPath(keys), reason }),
    );
    if (problems.length > 0) throw problemsError(problems, file, code);
  };
  check({});
  return { config, path, directory, check };
}

/** The schema of the pipeline file for editors (JSON Schema 2020-12), as it is written, before defaults and units. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'Tidemark pipeline',
    ...z.toJSONSchema(pipelineSchema, { io: 'input' }),
  };
}

/** @throws TidemarkError FILE_UNREADABLE */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const known = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a directory' : undefined;
    const reason = known ?? messageOf(cause);
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, reason, {
      place: path,
      cure: 'Check the path and its permissions.',
      cause,
    });
  }
}
