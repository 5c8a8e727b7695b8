import { z } from 'zod';

/** Tells one contract from another; the events of a pipeline were judged with the one that is stored. */
export const contractMarkSchema = z.object({ name: z.string(), version: z.number(), hash: z.string() });
export type ContractMark = z.output<typeof contractMarkSchema>;

/** Among the documents that the monitor writes. */
export const contractKey = 'contract';
