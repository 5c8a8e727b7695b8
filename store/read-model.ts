import type { ReadModel } from '../common/read-model.ts';
import { readDeadLetters } from './read-model/dead-letters.ts';
import { createFeatureReader } from './read-model/feature.ts';
import { readIncident, readIncidents } from './read-model/incidents.ts';
import { readJobs } from './read-model/jobs.ts';
import { readDrift, readSegments, readWindows } from './read-model/judgements.ts';
import { readModels } from './read-model/models.ts';
import { readPerformance } from './read-model/performance.ts';
import type { Query } from './read-model/rows.ts';
import { readSummary } from './read-model/summary.ts';
import { readTimeline } from './read-model/timeline.ts';

const incidentsMax = 1000;

/** The questions of the API and the console, asked of one pipeline's database. All values are parameters of the statements. */
export function createReadModel(query: Query, database: string): ReadModel {
  const ask: Query = (sql, params) => query(sql, { ...params, database });
  const features = createFeatureReader(ask);
  return {
    async ping() {
      await ask('SELECT 1');
    },
    async summary() {
      const incidents = await readIncidents(ask, incidentsMax);
      return readSummary(ask, incidents.filter(({ state }) => state !== 'closed').length);
    },
    timeline: () => readTimeline(ask),
    windows: (limit) => readWindows(ask, limit),
    drift: (limit) => readDrift(ask, limit),
    feature: (asked) => features.read(asked),
    segments: (limit) => readSegments(ask, limit),
    incidents: (limit) => readIncidents(ask, limit),
    incident: (id) => readIncident(ask, id),
    models: () => readModels(ask),
    performance: () => readPerformance(ask),
    jobs: (limit) => readJobs(ask, limit),
    deadLetters: () => readDeadLetters(ask),
  };
}
