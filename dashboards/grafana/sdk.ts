/** The types of Grafana's own SDK that boards are checked against. Types only: nothing of it is loaded. */
export type * as cog from '@grafana/grafana-foundation-sdk/cog';
export type { Dashboard, FieldConfigSource, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
