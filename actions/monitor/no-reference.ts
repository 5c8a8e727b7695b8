import type { Logger } from '../../common/ports.ts';

/** Says once that windows go by unjudged: of a pipeline whose model has no champion yet, and that names no file. */
export function createNoReferenceWarning(logger: Logger): (comparison: string) => void {
  let said = false;
  return (comparison) => {
    if (said) return;
    said = true;
    logger.warn(
      { comparison },
      'windows are not judged: comparisons need the binning of a reference, and no model has a champion yet; name a file (reference) until then',
    );
  };
}
