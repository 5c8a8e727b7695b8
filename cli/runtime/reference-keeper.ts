import type { PipelineConfig } from '../../config/schema.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson } from '../../drift/reference/reference-json.ts';
import { referenceOrigin } from './register-version.ts';
import type { Registry } from './registry.ts';

/** Holds what windows are compared with now: the reference of the first model's champion, or else of a file. */
export interface ReferenceKeeper {
  current(): Reference | undefined;
  /** Looks again after a change of champion. */
  reload(): Promise<void>;
}

export interface ReferenceKeeperOptions {
  readonly config: PipelineConfig;
  readonly registry: Registry;
  readonly readReference: (origin: string) => Promise<string | undefined>;
  /** The reference of the file that the pipeline names, where it names one. */
  readonly fromFile: () => Promise<Reference | undefined>;
}

export function createReferenceKeeper(options: ReferenceKeeperOptions): ReferenceKeeper {
  let current: Reference | undefined;
  let origin: string | undefined;
  return {
    current: () => current,
    async reload() {
      const [model] = options.config.models;
      const champion = model === undefined ? undefined : options.registry.state(model.name).champion;
      if (model === undefined || champion === undefined) {
        current ??= await options.fromFile();
        return;
      }
      const wanted = referenceOrigin(model.name, champion);
      if (wanted === origin) return;
      const document = await options.readReference(wanted);
      if (document === undefined) return;
      current = referenceFromJson(document);
      origin = wanted;
    },
  };
}
