import { createHash } from 'node:crypto';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { kindOf, momentText, rollUpLengthsMs } from '../../config/comparison.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { AgainstEarlier } from '../../drift/judge/judge-window.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../drift/reference/reference-json.ts';
import type { WindowProfile } from '../../drift/reference/scaling.ts';
import { stretchReference } from '../../drift/reference/stretch-reference.ts';
import type { SideRequest } from './earlier-desk.ts';
import type { EarlierStore } from './ports.ts';
import { readableFrom } from './profiles-kept.ts';

/** The latest windows of a stretch, as of a reference; and profiles that are read at once. */
const windowsMax = 2000;
const profilesAtOnce = 20_000;

/** The reference of a stretch of event time that a person chose. */
export interface StretchDesk {
  /** Made when the stretch is over, written down, and never changed; until then the side says what is lacking. */
  reference(request: SideRequest): Promise<Reference | AgainstEarlier>;
}

export function createStretchDesk(config: PipelineConfig, store: EarlierStore): StretchDesk {
  const made = new Map<string, Reference>();
  return {
    async reference(request) {
      const { comparison, name, cuts } = request;
      const kind = kindOf(comparison);
      if (kind.kind !== 'window') throw new Error(`${name} has no stretch`);
      const { fromMs, toMs } = kind;
      const stretch = `${momentText(fromMs)} to ${momentText(toMs)}`;
      if (request.startMs < toMs) return lacking(`${stretch} is not over`);
      const origin = `${name}, bins ${binsOf(request.reference)}`;
      const known = made.get(origin);
      if (known !== undefined) return known;
      const document = await store.readReference(origin);
      if (document !== undefined) {
        const reference = referenceFromJson(document);
        made.set(origin, reference);
        return reference;
      }
      const keptFromMs = readableFrom(config, { windowMs: comparison.window, cuts, panesOnly: false });
      if (keptFromMs > fromMs) return lacking(`profiles of ${stretch} are kept from ${momentText(keptFromMs)} on only`);
      const reference = await build(request, { origin, fromMs, toMs });
      if (reference.features.length === 0) return lacking(`no profiles of ${stretch} are stored`);
      const written = { id: reference.id, origin, document: referenceToJson(reference), atMs: request.endMs };
      await store.writeReference(written);
      // As the next process will read it: digits that the document does not keep decide nothing.
      const kept = referenceFromJson(written.document);
      made.set(origin, kept);
      return kept;
    },
  };

  async function build(
    request: SideRequest,
    { origin, fromMs, toMs }: { readonly origin: string; readonly fromMs: number; readonly toMs: number },
  ): Promise<Reference> {
    const { reference, comparison } = request;
    const windowMs = comparison.window;
    const lastMs = Math.floor(toMs / windowMs) * windowMs;
    const firstMs = Math.max(Math.ceil(fromMs / windowMs) * windowMs, lastMs - windowsMax * windowMs);
    const starts: number[] = [];
    for (let startMs = firstMs; startMs + windowMs <= lastMs; startMs += windowMs) starts.push(startMs);
    const builder = stretchReference({ like: reference, origin, fromMs: firstMs, toMs: lastMs, windowMs });
    const segments = comparison.segments ? 1 + reference.segments.length : 1;
    const atOnce = Math.max(1, Math.floor(profilesAtOnce / (starts.length * segments)));
    const names = reference.features.map(({ name }) => name);
    for (let at = 0; at < names.length; at += atOnce) {
      const rows = await store.spanProfiles({
        sums: [starts.map((startMs) => [{ fromMs: startMs, toMs: startMs + windowMs }])],
        lengthsMs: rollUpLengthsMs(config),
        segments: comparison.segments,
        features: names.slice(at, at + atOnce),
        apart: true,
        binCountOf: request.binCountOf,
      });
      const series = new Map<string, { segment: SegmentKey; feature: string; windows: WindowProfile[] }>();
      for (const { segment, feature, occasion, profile } of rows) {
        const key = JSON.stringify([segment, feature]);
        const one = series.get(key) ?? { segment, feature, windows: [] };
        one.windows.push({ startMs: starts[occasion] as number, profile });
        series.set(key, one);
      }
      for (const { segment, feature, windows } of series.values())
        builder.add(
          segment,
          feature,
          windows.sort((a, b) => a.startMs - b.startMs),
        );
    }
    return builder.build();
  }
}

/** Of other bins the stretch is made anew; predictions change with every champion, and a stretch has none of a later one. */
function binsOf({ features, segments }: Reference): string {
  const counted = features.filter(({ name }) => !name.startsWith('@prediction:'));
  const text = JSON.stringify([
    counted.map(({ binning, segmentBinning }) => [binning.id, segmentBinning.id]),
    segments,
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function lacking(reason: string): AgainstEarlier {
  return {
    kind: 'earlier',
    key: everything,
    profile: () => undefined,
    lacking: () => reason,
    compared: { with: reason, spans: [] },
    learnedNeeded: 0,
  };
}
