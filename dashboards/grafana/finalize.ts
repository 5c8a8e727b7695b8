import grafana from 'grafana-dash-gen';
import { datasource, sqlOf, target } from './datasource.ts';
import type { GeneratedPanel } from './panels.ts';
import type { Dashboard, Panel, VariableModel } from './sdk.ts';

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly GeneratedPanel[];
}

export interface BoardVariable {
  readonly name: string;
  readonly label: string;
  /** Gives the values, one a row. */
  readonly query: string;
}

export interface Board {
  /** Stays the same for good: links and bookmarks hold it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly BoardVariable[];
  readonly rows: readonly BoardRow[];
}

const schemaVersion = 39;
const gridColumns = 24;

function variableOf({ name, label, query }: BoardVariable): VariableModel {
  const rawSql = sqlOf(query);
  return {
    type: 'query' as VariableModel['type'],
    name,
    label,
    query: rawSql,
    definition: rawSql,
    datasource,
    includeAll: false,
    multi: false,
    options: [],
    // 2: also when the time range changes.
    refresh: 2 as NonNullable<VariableModel['refresh']>,
    sort: 0 as NonNullable<VariableModel['sort']>,
  };
}

/** A row of grafana-dash-gen. Its types name its own panels only; what it calls is `generate()`. */
function rowOf({ title, panels }: BoardRow): InstanceType<typeof grafana.Row> {
  const row = new grafana.Row({ title });
  for (const panel of panels) row.addPanel(panel as unknown as Parameters<typeof row.addPanel>[0]);
  return row;
}

/** Where incidents began, on every panel over time. */
const incidents = `
  SELECT min(at) AS time, argMax(JSONExtractString(state, 'cause'), seq) AS text, 'incident' AS tags
  FROM \${database}.incident_log GROUP BY incident_id HAVING $__timeFilter(time)`;

/**
 * What grafana-dash-gen generates, brought to the form that Grafana reads since version 10: it emits rows of the Grafana 5
 * era and drops `uid` and `panels`. Rows become a grid, ids count from 1, and the result has SDK's type.
 */
export function finalize(board: Board): Dashboard {
  const generated = new grafana.Dashboard({
    title: board.title,
    tags: ['tidemark'],
    rows: board.rows.map(rowOf),
  }).generate();
  const panels: NonNullable<Dashboard['panels']> = [];
  let id = 0;
  let y = 0;
  board.rows.forEach((row, at) => {
    const made = generated.rows?.[at]?.panels as unknown as readonly Panel[];
    panels.push({
      type: 'row',
      collapsed: false,
      title: row.title,
      gridPos: { h: 1, w: gridColumns, x: 0, y },
      id: ++id,
      panels: [],
    });
    y++;
    let x = 0;
    let lineHeight = 0;
    row.panels.forEach(({ width, height }, place) => {
      if (x + width > gridColumns) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      panels.push({ ...(made[place] as Panel), id: ++id, gridPos: { h: height, w: width, x, y } });
      x += width;
      lineHeight = Math.max(lineHeight, height);
    });
    y += lineHeight;
  });
  return {
    uid: board.uid,
    title: generated.title,
    description: board.description,
    tags: generated.tags,
    timezone: 'utc',
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-24h', to: 'now' },
    refresh: '30s',
    schemaVersion,
    version: 1,
    panels,
    templating: { list: board.variables.map(variableOf) },
    annotations: {
      list: [
        {
          name: 'Incidents',
          datasource,
          enable: true,
          iconColor: 'red',
          target: target('table', incidents, 'Anno'),
        },
      ],
    },
    links: [
      {
        title: 'Tidemark',
        type: 'dashboards' as NonNullable<Dashboard['links']>[number]['type'],
        icon: 'external link',
        tooltip: '',
        tags: ['tidemark'],
        asDropdown: false,
        targetBlank: false,
        includeVars: true,
        keepTime: true,
      },
    ],
  };
}
