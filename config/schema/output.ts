import { z } from 'zod';
import { kafkaSource } from './source.ts';

export const outputSchema = z.strictObject({
  topic: z.string().min(1).describe('the topic; it has to be there'),
  brokers: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('host:port, at least one; default: those of source.kafka, with its ssl and sasl'),
  ssl: kafkaSource.shape.ssl,
  sasl: kafkaSource.shape.sasl,
  clientId: kafkaSource.shape.clientId,
  connectionTimeout: kafkaSource.shape.connectionTimeout,
  requestTimeout: kafkaSource.shape.requestTimeout,
});

export type OutputConfig = z.output<typeof outputSchema>;
