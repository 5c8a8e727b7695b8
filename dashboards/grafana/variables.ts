import type { BoardVariable } from './finalize.ts';

/** One database a pipeline. */
export const databaseVariable: BoardVariable = {
  name: 'database',
  label: 'Pipeline',
  query: "SELECT name FROM system.databases WHERE startsWith(name, 'tidemark_') ORDER BY name",
};

export const comparisonVariable: BoardVariable = {
  name: 'comparison',
  label: 'Comparison',
  query: 'SELECT DISTINCT comparison FROM ${database}.judgements ORDER BY comparison DESC',
};

export const featureVariable: BoardVariable = {
  name: 'feature',
  label: 'Feature',
  query: 'SELECT DISTINCT feature FROM ${database}.judgements ORDER BY feature',
};

/** All events first; they are shown as (all events), since a variable cannot be empty. */
export const segmentVariable: BoardVariable = {
  name: 'segment',
  label: 'Segment',
  query: `SELECT if(segment = '', '(all events)', segment) AS shown FROM \${database}.judgements
          GROUP BY segment ORDER BY segment`,
};
