import { resolve } from 'node:path';
import { parseCondition } from '../../actions/condition.ts';
import { messageOf } from '../../common/error.ts';
import { type PipelineFile, readText } from '../../config/load.ts';
import { type CompiledContract, compileContract } from '../../validators/compile.ts';
import { parseContract } from '../../validators/parse.ts';

/**
 * The contract of a pipeline, which is checked against it: segments and comparisons by features that exist, conditions that
 * can be read.
 * @throws TidemarkError CONFIG_INVALID, CONTRACT_INVALID, FILE_UNREADABLE
 */
export async function loadContract(file: PipelineFile): Promise<CompiledContract> {
  const { event, contract: contractPath } = file.config;
  const path = resolve(file.directory, contractPath);
  const contract = parseContract(await readText(path), path);
  file.check({ features: contract.features, faultOfCondition });
  const envelope = [event.id, event.time, event.arrival, event.tenant].filter((pointer) => pointer !== undefined);
  return compileContract(contract, { envelope });
}

function faultOfCondition(condition: string): string | undefined {
  try {
    parseCondition(condition);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
