import { createHash } from 'node:crypto';
import type { ContractMark } from '../../common/contract-mark.ts';
import type { Contract } from '../../validators/contract.ts';

export function contractMark(contract: Contract): ContractMark {
  const { name, version } = contract;
  const hash = createHash('sha256').update(JSON.stringify(contract)).digest('hex').slice(0, 16);
  return { name, version, hash };
}
