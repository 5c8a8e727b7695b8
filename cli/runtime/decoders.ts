import type { Logger, Metrics } from '../../common/ports.ts';
import { systemClock } from '../../common/ports.ts';
import type { Troubles } from '../../common/trouble.ts';
import { withRegistry } from '../../config/check-format.ts';
import type { PipelineFile } from '../../config/load.ts';
import { createDecoder } from '../../consumers/decoders/create-decoder.ts';
import type { Decoder } from '../../consumers/decoders/decoder.ts';

export interface Decoders {
  /** Undefined: JSON. */
  readonly events: Decoder | undefined;
  readonly labels: Decoder | undefined;
}

/**
 * What makes events and labels of the pipeline's messages.
 * @throws TidemarkError FILE_UNREADABLE, CONFIG_INVALID: a schema's file is not there or no schema
 */
export async function createDecoders(
  { config, directory }: Pick<PipelineFile, 'config' | 'directory'>,
  ports: { readonly troubles: Troubles; readonly logger: Logger; readonly metrics: Metrics },
): Promise<Decoders> {
  const { event, labels } = config;
  const deps = { ...ports, directory, limits: event, clock: systemClock, random: Math.random };
  const events = await createDecoder(event, deps);
  return { events, labels: labels === undefined ? events : await createDecoder(withRegistry(labels, event), deps) };
}
