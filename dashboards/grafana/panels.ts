import { datasource, target } from './datasource.ts';
import type { FieldConfigSource, Panel } from './sdk.ts';

/** A panel as grafana-dash-gen's rows take them: anything with `generate()`. Its own classes are of Grafana 5. */
export interface GeneratedPanel {
  /** Columns of 24. */
  readonly width: number;
  /** Units of 30 pixels. */
  readonly height: number;
  generate(): Panel;
}

interface PanelOptions {
  readonly title: string;
  /** What is shown, how it is made, and what to do when it moves. */
  readonly description: string;
  readonly width: number;
  readonly height?: number;
  /** Grafana's unit id: short, percentunit, s, ... */
  readonly unit?: string;
}

function defaults(unit: string | undefined, custom: Readonly<Record<string, unknown>>): FieldConfigSource {
  return { defaults: { ...(unit === undefined ? {} : { unit }), custom }, overrides: [] };
}

export function timeSeries(
  options: PanelOptions & {
    /** Columns `time`, optional labels, then numbers. One query a line style. */
    readonly queries: readonly string[];
    readonly stacked?: boolean;
    readonly bars?: boolean;
    /** Names of series that are drawn as dashed lines: limits. */
    readonly limits?: readonly string[];
  },
): GeneratedPanel {
  const { title, description, width, height = 8, unit, queries, stacked = false, bars = false, limits = [] } = options;
  const config = defaults(unit, {
    drawStyle: bars ? 'bars' : 'line',
    lineWidth: bars ? 0 : 2,
    fillOpacity: stacked ? 70 : 0,
    showPoints: 'auto',
    // A window without a judgement is a gap, not a line across it.
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
  });
  for (const name of limits)
    config.overrides.push({
      matcher: { id: 'byRegexp', options: `.*${name}.*` },
      properties: [
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
        { id: 'custom.showPoints', value: 'never' },
        { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
      ],
    });
  return {
    width,
    height,
    generate: () => ({
      type: 'timeseries',
      title,
      description,
      datasource,
      targets: queries.map((sql, at) => target('timeseries', sql, String.fromCharCode(65 + at))),
      fieldConfig: config,
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
    }),
  };
}

export function stat(
  options: PanelOptions & {
    /** One row, one number. */
    readonly query: string;
    /** From this value on the number is red. */
    readonly alarmFrom?: number;
  },
): GeneratedPanel {
  const { title, description, width, height = 4, unit, query, alarmFrom } = options;
  const config = defaults(unit, {});
  config.defaults.noValue = '0';
  config.defaults.thresholds = {
    mode: 'absolute' as NonNullable<FieldConfigSource['defaults']['thresholds']>['mode'],
    steps: [{ value: null, color: 'text' }, ...(alarmFrom === undefined ? [] : [{ value: alarmFrom, color: 'red' }])],
  };
  return {
    width,
    height,
    generate: () => ({
      type: 'stat',
      title,
      description,
      datasource,
      targets: [target('table', query, 'A')],
      fieldConfig: config,
      options: {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'value',
        graphMode: 'none',
        textMode: 'value',
        justifyMode: 'auto',
        orientation: 'auto',
      },
    }),
  };
}

export function table(options: PanelOptions & { readonly query: string }): GeneratedPanel {
  const { title, description, width, height = 8, unit, query } = options;
  return {
    width,
    height,
    generate: () => ({
      type: 'table',
      title,
      description,
      datasource,
      targets: [target('table', query, 'A')],
      fieldConfig: defaults(unit, { align: 'auto', filterable: true }),
      options: { showHeader: true, cellHeight: 'sm' },
    }),
  };
}
