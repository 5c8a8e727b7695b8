import type { Incident } from '../../actions/incidents/incident.ts';
import { createDesks } from '../../actions/monitor/desks.ts';
import { nothingCut } from '../../actions/monitor/profiles-kept.ts';
import { comparisonName, windowInput } from '../../actions/monitor/rounds.ts';
import { dayMs } from '../../actions/monitor/tasks.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { ExplainedJudgement } from '../../common/explained.ts';
import type { Judgement } from '../../common/read-model.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { pipelineHolidays } from '../../config/calendar.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';
import { formatNumber } from '../../drift/cause/words.ts';
import { type Explanation, explainFeature } from '../../drift/judge/explain.ts';
import { performanceWorkings, workingsOf } from '../../drift/judge/explain-text.ts';
import { judgePerformance, type PerformanceInput } from '../../drift/judge/judge-performance.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson } from '../../drift/reference/reference-json.ts';
import { createBacktestStore } from '../../store/backtest-store.ts';
import { createExplainStore, type JudgementName } from '../../store/explain-store.ts';
import { createMonitorStore } from '../../store/monitor-store.ts';
import { displayHistogram } from '../../store/read-model/display-histogram.ts';
import type { BacktestBase } from './backtesting.ts';
import { createModelHistory } from './model-history.ts';

/** Everything behind one judgement, and the incident it was looked up by. */
export interface Explained extends Worked {
  readonly incident: { readonly id: string; readonly title: string } | null;
  /** The incident's other judgements. */
  readonly others: readonly string[];
}

export interface ExplainBase extends BacktestBase {
  readonly config: PipelineConfig;
}

/** A judgement as it is stored, and worked out again. */
export interface Worked extends ExplainedJudgement {
  /** Null where its panes or its reference are not stored any more, and for a model's performance. */
  readonly explanation: Explanation | null;
}

type Told = Omit<Worked, 'judgement'>;

/**
 * Explains a judgement, by its name, or the furthest one behind an incident, by the beginning of its id.
 * @throws NOT_FOUND
 */
export async function explain(base: ExplainBase, asked: string): Promise<Explained> {
  const store = createExplainStore(base.store);
  if (asked.includes('|')) {
    return { incident: null, ...(await explainJudgement(base, nameFrom(asked))), others: [] };
  }
  const incident = await incidentOf(base, asked);
  const evidence = await store.evidence(incident.evidence);
  const own = evidence.filter(({ segment }) => incident.segments.includes(segment));
  const judgement = own[0] ?? evidence[0];
  if (judgement === undefined)
    throw notFound(`no judgement of the incident ${incident.id} is stored`, 'Operational incidents have none');
  return {
    incident: { id: incident.id, title: incident.title },
    judgement,
    ...(await tell(base, judgement)),
    others: evidence.filter((one) => one !== judgement).map(nameOf),
  };
}

function notFound(message: string, cure: string): TidemarkError {
  return new TidemarkError(ErrorCode.NOT_FOUND, message, { cure });
}

function nameOf({ comparison, windowStart, segment, feature }: JudgementName): string {
  return [comparison, new Date(windowStart).toISOString().replace(/\.000Z$/, 'Z'), segment, feature].join('|');
}

async function incidentOf({ store }: ExplainBase, idBegins: string): Promise<Incident> {
  const documents = await createExplainStore(store).incidents(idBegins);
  const [document] = documents;
  if (document === undefined)
    throw notFound(
      `there is no incident ${idBegins}`,
      'List them by tidemark incidents, or name a judgement as COMPARISON|TIME|SEGMENT|FEATURE',
    );
  if (documents.length > 1) throw notFound(`several incidents begin with ${idBegins}`, 'Write more of the id');
  return JSON.parse(document) as Incident;
}

function nameFrom(asked: string): JudgementName {
  const [comparison = '', time = '', segment = '', ...rest] = asked.split('|');
  const windowStart = /^-?\d{9,}$/.test(time) ? Number(time) : parseTimestampMs(time);
  const feature = rest.join('|');
  if (windowStart === undefined || feature === '')
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${asked} names no judgement`, {
      cure: "Write COMPARISON|TIME|SEGMENT|FEATURE, such as 'training:1d|2026-03-01||price'; an empty segment is all events",
    });
  return { comparison, windowStart, segment, feature };
}

/** Works a judgement out again. @throws NOT_FOUND */
export async function explainJudgement(base: ExplainBase, name: JudgementName): Promise<Worked> {
  const reader = createExplainStore(base.store);
  const { windowStart: _, ...key } = name;
  const found = await reader.judgement(name);
  if (found !== undefined) return { judgement: found, ...(await tell(base, found)) };
  const windows = await reader.windowsOf(key);
  const cure =
    windows.length === 0
      ? 'Nothing of this comparison, segment and feature was judged'
      : `Its latest windows: ${windows.map((start) => nameOf({ ...key, windowStart: start })).join(', ')}`;
  throw notFound(`there is no judgement ${nameOf(name)}`, cure);
}

async function tell(base: ExplainBase, judgement: Judgement): Promise<Told> {
  return judgement.feature.startsWith('@performance:') ? tellPerformance(base, judgement) : tellData(base, judgement);
}

function historyOf({ config, registry, store, referenceOfFile }: ExplainBase) {
  const { readReference } = createMonitorStore(store);
  return createModelHistory({ config, registry, readReference, fromFile: referenceOfFile });
}

async function tellData(base: ExplainBase, judgement: Judgement): Promise<Told> {
  const { config, store } = base;
  const { windowStart: startMs, windowEnd: endMs, segment, feature } = judgement;
  const missing = (note: string): Told => ({ explanation: null, workings: [], histogram: null, notes: [note] });
  const reference = await referenceById(base, judgement.referenceId);
  if (reference === undefined)
    return missing(`its reference ${judgement.referenceId} is not stored, and no file of the pipeline gives it`);
  const comparison = comparisonNamed(config, judgement.comparison);
  if (comparison === undefined) return missing(`${judgement.comparison} is no comparison that this program knows`);
  if (comparison.against === 'skew') return missing('a fixed limit decides: there is nothing to work out');
  if (feature.startsWith('@joint:')) return missing('it was measured on samples, which are not drawn again');
  // What is decided at the end of a window comes before a change of champion at the same moment.
  const models = await historyOf(base).at(endMs - 1);
  const due = { comparison, name: judgement.comparison, startMs, endMs };
  const monitorStore = createMonitorStore(store);
  const desks = createDesks({ config, store: monitorStore, holidays: pipelineHolidays(config) });
  const firstMs = (await monitorStore.firstProfile()) ?? startMs;
  const input = await windowInput(due, {
    panes: monitorStore.readPanes(endMs),
    sides: { ...desks, firstMs, cuts: nothingCut, throughMs: endMs, judged: [] },
    joint: config.joint,
    reference,
    champions: new Set(models.models.map((model) => `@prediction:${model}:${models.champion(model)}`)),
    comparisons: config.drift,
    budget: config.budget,
  });
  const told = input && explainFeature(input, segment, feature);
  if (told === undefined) return missing('its panes are not stored any more: it cannot be worked out again');
  const { explanation, compared } = told;
  return {
    explanation,
    workings: workingsOf(explanation),
    histogram: displayHistogram(compared.binning, compared.reference, compared.current),
    notes: differences(judgement, explanation.judgement),
  };
}

async function referenceById({ store, referenceOfFile }: ExplainBase, id: string): Promise<Reference | undefined> {
  const document = await createExplainStore(store).reference(id);
  if (document !== undefined) return referenceFromJson(document);
  const ofFile = await referenceOfFile();
  return ofFile?.id === id ? ofFile : undefined;
}

/** The comparison of the configuration, or what its name says where the configuration has it no more. */
function comparisonNamed({ drift }: PipelineConfig, name: string): ComparisonConfig | undefined {
  const known = drift.find((comparison) => comparisonName(comparison) === name);
  if (known !== undefined) return known;
  const at = name.indexOf(':');
  const against = name.slice(0, at);
  const window = parseDurationMs(name.slice(at + 1).replaceAll(' ', ''));
  if (window === undefined || (against !== 'training' && against !== 'previous')) return undefined;
  return { against, window, segments: true };
}

async function tellPerformance(base: ExplainBase, judgement: Judgement): Promise<Told> {
  const { config, store } = base;
  const { windowStart: startMs, windowEnd: endMs } = judgement;
  const model = judgement.feature.slice('@performance:'.length);
  const version = judgement.referenceId.slice(model.length + 1);
  const measured = await createBacktestStore(store).performance(model, startMs, endMs);
  const current = measured.find((one) => one.slot === 'champion' && one.version === version);
  if (current === undefined)
    return { explanation: null, workings: [], histogram: null, notes: ['its measurement is not stored any more'] };
  const models = await historyOf(base).at(endMs + (config.labels?.horizon ?? dayMs) - 1);
  const input: PerformanceInput = {
    model,
    version,
    comparison: judgement.comparison,
    window: { startMs, endMs },
    reference: models.champion(model) === version ? models.holdout(model) : [],
    current,
    budget: config.budget,
    judgementsPerWeek: 7 * models.models.length,
  };
  const again = judgePerformance(input);
  return {
    explanation: null,
    workings: performanceWorkings(input, again),
    histogram: null,
    notes: differences(judgement, again),
  };
}

const numberText = (value: number | null): string => (value === null ? 'none' : formatNumber(value));

/** Numbers that come out otherwise than they are stored. */
function differences(
  stored: Pick<Judgement, 'value' | 'critical'>,
  again: { readonly value: number; readonly critical: number },
): string[] {
  const differs = (a: number | null, b: number): boolean =>
    Math.abs((a ?? Number.POSITIVE_INFINITY) - b) > 1e-9 * Math.abs(b) && !(a === null && !Number.isFinite(b));
  const notes: string[] = [];
  if (differs(stored.value, again.value))
    notes.push(
      `stored is the value ${numberText(stored.value)}: events came, or the reference changed, after it was judged`,
    );
  if (differs(stored.critical, again.critical))
    notes.push(
      `stored is the limit ${numberText(stored.critical)}: it was judged under another budget, other comparisons or other models`,
    );
  return notes;
}
