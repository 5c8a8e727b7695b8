import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../common/random.ts';
import { numericBinning } from '../../drift/profile/binning.ts';
import { emptyProfile } from '../../drift/profile/merge.ts';
import type { Binning, Profile } from '../../drift/profile/profile.ts';
import { openStore, type Store } from '../../store/client.ts';
import { migrate } from '../../store/migrations.ts';
import { createPaneReader } from '../../store/pane-reader.ts';
import { type ProfileRecord, profileFromRecord, profileSums } from '../../store/profile-codec.ts';
import { type PaneRow, writeSealedPanes } from '../../store/profile-encode.ts';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 5);
const numeric = numericBinning(Float64Array.from({ length: 5000 }, (_, at) => Math.sin(at) * at));
const text: Binning = { kind: 'categorical', id: 'colours', values: ['red', 'green', 'blue'] };

let directory: string;
let store: Store;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-panes-'));
  store = await openStore({ url: `embedded:${directory}`, database: 'panes', workingDirectory: '/' });
  await migrate(store);
  // Out of order, in several parts, some panes written again with other counts and an older or a newer revision.
  await writeSealedPanes(store, panes(24, 48, 3), 1_000_000_000_001);
  await writeSealedPanes(store, panes(0, 24, 1), 5);
  await writeSealedPanes(store, panes(10, 12, 2), 7);
  await writeSealedPanes(store, panes(14, 16, 4), 2);
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function panes(from: number, to: number, seed: number): PaneRow[] {
  const random = createRandom(seed);
  const rows: PaneRow[] = [];
  for (let hour = from; hour < to; hour++)
    for (const segment of ['', 'city=Köln%20%26'])
      for (const [feature, binning] of [
        ['price', numeric],
        ['farbe', text],
      ] as const)
        rows.push({
          paneStartMs: startMs + hour * hourMs,
          paneMs: hourMs,
          segment,
          feature,
          binningId: hour === 20 ? 'forgotten' : binning.id,
          profile: profile(binning, random),
        });
  return rows;
}

function profile(binning: Binning, random: ReturnType<typeof createRandom>): Profile {
  const made = emptyProfile(binning);
  for (let value = 0; value < 40; value++) {
    const bin = random.below(made.bins.length);
    made.bins[bin] = (made.bins[bin] as number) + 1 + random.below(3) * 2 ** 31;
    made.n++;
  }
  const names = ['naïve', 'a"b', '', 'x'.repeat(70)];
  for (const name of names.slice(random.below(5))) made.unseenValues.set(name, 1 + random.below(9));
  return {
    ...made,
    missing: random.below(5),
    invalid: random.below(2) * 2 ** 40,
    nan: random.below(2),
    min: random.next() < 0.2 ? Number.POSITIVE_INFINITY : random.normal(),
    max: random.next() < 0.2 ? Number.NEGATIVE_INFINITY : random.normal(),
    sumZ: random.below(1000) / 8,
    sumZ2: random.below(1000) / 8,
    unseen: random.below(30),
  };
}

const binCountOf = (id: string) => (id === numeric.id ? numeric.edges.length + 1 : id === 'colours' ? 3 : undefined);

/** The same sums by the engine. */
async function summed(fromMs: number, toMs: number) {
  const records = await store.query<ProfileRecord>(
    `SELECT segment, feature, binning, ${profileSums} FROM panes.sealed_profiles FINAL
     WHERE pane >= fromUnixTimestamp64Milli({from:Int64}) AND pane < fromUnixTimestamp64Milli({to:Int64})
     GROUP BY segment, feature, binning`,
    { from: fromMs, to: toMs },
  );
  return records.flatMap((record) => {
    const bins = binCountOf(record.binning);
    const { segment, feature } = record;
    return bins === undefined ? [] : [{ segment, feature, profile: profileFromRecord(record, bins) }];
  });
}

const inOrder = <T extends { readonly segment: string; readonly feature: string }>(all: readonly T[]) =>
  [...all].sort((a, b) => (`${a.segment} ${a.feature}` < `${b.segment} ${b.feature}` ? -1 : 1));

describe('createPaneReader', () => {
  it.each([
    ['one pane', 3, 4],
    ['panes that were sealed again', 10, 12],
    ['an older revision that was written later', 14, 16],
    ['a binning that is not known any more among others', 19, 22],
    ['a day', 0, 24],
    ['a window across parts', 20, 30],
    ['a window before the first pane', -5, 2],
    ['nothing', 60, 61],
  ])('sums %s as the engine does', async (_, from, to) => {
    const reader = createPaneReader(store, { throughMs: startMs + 48 * hourMs });
    const span = [startMs + from * hourMs, startMs + to * hourMs] as const;
    expect(inOrder(await reader.windowProfiles(...span, binCountOf))).toEqual(inOrder(await summed(...span)));
  });

  it('gives the same in small blocks, windows in any order, and reads each block again when it was dropped', async () => {
    const reader = createPaneReader(store, { throughMs: startMs + 48 * hourMs, blockBins: 300, keptBins: 900 });
    for (const [from, to] of [
      [0, 6],
      [30, 36],
      [4, 9],
      [0, 48],
      [0, 6],
    ] as const) {
      const span = [startMs + from * hourMs, startMs + to * hourMs] as const;
      expect(inOrder(await reader.windowProfiles(...span, binCountOf))).toEqual(inOrder(await summed(...span)));
    }
  });
});
