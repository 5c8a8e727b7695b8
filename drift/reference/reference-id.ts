import { createHash } from 'node:crypto';
import type { Measure } from '../measure/measure.ts';
import { binningToJson } from '../profile/binning-json.ts';
import type { Profile, ProfiledFeature } from '../profile/profile.ts';

/** Names a reference by its content, null statistics apart: these follow from it. */
export function identify(content: {
  readonly origin: string;
  readonly rows: number;
  readonly spanMs: number;
  readonly features: readonly ProfiledFeature[];
  readonly measures: readonly Measure[];
  readonly profiles: ReadonlyMap<string, ReadonlyMap<string, Profile>>;
}): string {
  const hash = createHash('sha256').update(JSON.stringify([content.origin, content.rows, content.spanMs]));
  if (content.measures.length > 0) hash.update(JSON.stringify(content.measures));
  for (const { name, binning, segmentBinning } of content.features)
    hash.update(JSON.stringify([name, binningToJson(binning), binningToJson(segmentBinning)]));
  for (const [segment, row] of content.profiles)
    for (const [feature, { n, missing, invalid, bins }] of row)
      hash.update(JSON.stringify([segment, feature, n, missing, invalid])).update(bins);
  return hash.digest('hex').slice(0, 16);
}
