import type { Frame } from '../../common/feature.ts';
import type { Routes } from '../registry/routes.ts';
import type { LoadedModel } from './session.ts';

/** What one version said of a batch. */
export interface Scored {
  readonly version: string;
  /** `champion`, or `challenger:VERSION`. */
  readonly slot: string;
  /** Shape `[rows]`. */
  readonly values: Float64Array;
}

export interface ScorerOptions {
  /** Loads a version; it is called again only after the version's session was released. */
  readonly load: (version: string) => Promise<LoadedModel>;
  /** Idle sessions beyond the routes are kept up to so many bytes of graphs, for a rollback. Default 256 MiB. */
  readonly maxIdleBytes?: number;
}

export interface Scorer {
  /**
   * Makes the routes those of the next batch. The versions are loaded first: when one cannot be, the routes stay as they
   * were and the error is thrown.
   */
  setRoutes(routes: Routes): Promise<void>;
  routes(): Routes;
  /** Runs each routed version once over the rows (all by default): the champion first, then the challengers. */
  scoreBatch(frame: Frame, rows?: Int32Array): Promise<Scored[]>;
  /** Releases every session when its last run has ended. */
  close(): Promise<void>;
}

const defaultMaxIdleBytes = 256 * 1024 * 1024;

/** Scores batches by the routes of one model. A swap takes effect between batches; a running batch keeps its versions. */
export function createScorer(options: ScorerOptions): Scorer {
  const maxIdleBytes = options.maxIdleBytes ?? defaultMaxIdleBytes;
  // In order of last use: a version that is routed again moves to the end.
  const sessions = new Map<string, LoadedModel>();
  let current: Routes = { challengers: [] };
  let change: Promise<unknown> = Promise.resolve();
  let closed = false;

  const swap = async (routes: Routes): Promise<void> => {
    if (closed) throw new Error('the scorer is closed');
    const wanted = versionsOf(routes);
    const fresh: LoadedModel[] = [];
    const added: string[] = [];
    try {
      for (const version of wanted) {
        if (sessions.has(version)) continue;
        const model = await options.load(version);
        fresh.push(model);
        added.push(version);
        sessions.set(version, model);
      }
    } catch (error) {
      for (const version of added) sessions.delete(version);
      await Promise.all(fresh.map((model) => model.release()));
      throw error;
    }
    current = routes;
    for (const version of wanted) {
      const model = sessions.get(version) as LoadedModel;
      sessions.delete(version);
      sessions.set(version, model);
    }
    await evict(sessions, wanted, maxIdleBytes);
  };

  return {
    setRoutes(routes) {
      const next = change.then(() => swap(routes));
      change = next.catch(() => undefined);
      return next;
    },
    routes: () => current,
    async scoreBatch(frame, rows) {
      const { champion, challengers } = current;
      const others = challengers.filter((version) => version !== champion);
      const slots = others.map((version) => ({ version, slot: `challenger:${version}` }));
      if (champion !== undefined) slots.unshift({ version: champion, slot: 'champion' });
      // Every run is asked for before the first await, so that a swap in between cannot release one of them.
      return await Promise.all(
        slots.map(async ({ version, slot }) => {
          const model = sessions.get(version) as LoadedModel;
          return { version, slot, values: await model.score(frame, rows) };
        }),
      );
    },
    async close() {
      closed = true;
      await change;
      current = { challengers: [] };
      const all = [...sessions.values()];
      sessions.clear();
      await Promise.all(all.map((model) => model.release()));
    },
  };
}

function versionsOf({ champion, challengers }: Routes): string[] {
  return [...new Set(champion === undefined ? challengers : [champion, ...challengers])];
}

/** Releases the idle sessions that were used longest ago, until the others fit. */
async function evict(
  sessions: Map<string, LoadedModel>,
  routed: readonly string[],
  maxIdleBytes: number,
): Promise<void> {
  const idle = [...sessions].filter(([version]) => !routed.includes(version));
  let bytes = idle.reduce((sum, [, model]) => sum + model.bytes, 0);
  for (const [version, model] of idle) {
    if (bytes <= maxIdleBytes) return;
    bytes -= model.bytes;
    sessions.delete(version);
    await model.release();
  }
}
