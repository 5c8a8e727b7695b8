import type { PipelineConfig } from '../../config/schema.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../drift/reference/reference-json.ts';
import { referenceOrigin } from './register-version.ts';
import type { Registry } from './registry.ts';

/** Holds what windows are compared with now: the reference of the first model's champion, or else of a file. */
export interface ReferenceKeeper {
  current(): Reference | undefined;
  /** Looks again after a change of champion. */
  reload(): Promise<void>;
  /**
   * Writes the reference of a file into the store, for those who read judgements and do not have the file. That of a model is
   * there already. It is written anew where its document has become another, such as after a change of window lengths.
   */
  keep(atMs: number): Promise<void>;
}

export interface ReferenceKeeperOptions {
  readonly config: PipelineConfig;
  readonly registry: Registry;
  readonly readReference: (origin: string) => Promise<string | undefined>;
  readonly writeReference: (reference: {
    readonly id: string;
    readonly origin: string;
    readonly document: string;
    readonly atMs: number;
  }) => Promise<void>;
  /** The reference of the file that the pipeline names, where it names one. */
  readonly fromFile: () => Promise<Reference | undefined>;
}

export function createReferenceKeeper(options: ReferenceKeeperOptions): ReferenceKeeper {
  let current: Reference | undefined;
  let origin: string | undefined;
  let kept: Reference | undefined;
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
    async keep(atMs) {
      const reference = current;
      if (reference === undefined || origin !== undefined || reference === kept) return;
      const document = referenceToJson(reference);
      if ((await options.readReference(reference.origin)) !== document)
        await options.writeReference({ id: reference.id, origin: reference.origin, document, atMs });
      kept = reference;
    },
  };
}
