import { formatDuration } from '../common/duration.ts';
import type { FeatureField } from '../common/feature.ts';
import { possibleMeasures } from '../common/measure.ts';
import { suggestion } from '../common/nearest.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { checkDetectedFeatures, checkDetectors } from './check-detectors.ts';
import { checkDrift } from './check-drift.ts';
import { checkFormats } from './check-format.ts';
import type { PipelineConfig } from './schema.ts';

export interface CheckContext {
  /** The contract's, when it has been read. */
  readonly features?: readonly FeatureField[];
  /** Says what is wrong with a condition of an action; undefined where nothing is. */
  readonly faultOfCondition?: (condition: string) => string | undefined;
}

export interface ConfigFault {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** Windows are counted in the bins of a reference, whatever they are compared with. */
const noBins =
  'comparisons need the binning of a reference, also with earlier windows: name a file (reference: ordinary.parquet) or a model';

type Say = (path: readonly (string | number)[], reason: string) => void;

/** What a schema cannot see: names that lead nowhere, windows that no panes add up to, data that is gone when it is needed. */
export function checkPipeline(config: PipelineConfig, context: CheckContext): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const say: Say = (path, reason) => faults.push({ path, reason });
  checkSources(config, say);
  checkFormats(config, say);
  checkOutputs(config, say);
  checkTime(config, say);
  if (config.windows.pane > 0) checkDrift(config, say);
  checkDetectors(config, say);
  checkJoint(config, say);
  checkNames(config, say);
  checkActions(config, context, say);
  if (context.features === undefined) return faults;
  checkFeatures(config, context.features, say);
  checkDetectedFeatures(config, context.features, say);
  return faults;
}

function checkSources({ labels, event, store }: PipelineConfig, say: Say): void {
  if (parseTimestampMs(event.earliest) === undefined) say(['event', 'earliest'], 'expected a date or time in ISO 8601');
  if (!/^(embedded:.|https?:\/\/.)/.test(store.url))
    say(['store', 'url'], 'expected embedded:DIR or http(s)://host:port');
  if (labels === undefined) return;
  const given = Object.values(labels.source).filter((source) => source !== undefined).length;
  if (given !== 1) say(['labels', 'source'], 'expected one of kafka, file');
  if (event.id === undefined) say(['labels', 'id'], 'labels need event.id: that is how they find their event');
}

function checkOutputs({ source, labels, deadLetters, predictions, models }: PipelineConfig, say: Say): void {
  const topicsOf = (kafka: typeof source.kafka) => (kafka === undefined ? [] : [kafka.topic].flat());
  const read = [...topicsOf(source.kafka), ...topicsOf(labels?.source.kafka)];
  for (const [key, output] of Object.entries({ deadLetters, predictions })) {
    if (output === undefined) continue;
    if (output.brokers === undefined && source.kafka === undefined)
      say([key, 'brokers'], 'expected host:port, at least one: there is no source.kafka to take them from');
    if (output.brokers === undefined && (output.ssl !== false || output.sasl !== undefined))
      say([key, 'brokers'], 'expected brokers beside ssl and sasl; without brokers those of source.kafka are used');
    if (read.includes(output.topic))
      say([key, 'topic'], `${output.topic} is read by this pipeline: it would read what it writes`);
  }
  if (deadLetters !== undefined && deadLetters.topic === predictions?.topic)
    say(['predictions', 'topic'], `${deadLetters.topic} gets the dead letters; expected another topic`);
  if (predictions !== undefined && models.length === 0) say(['predictions'], 'there is no model to predict anything');
}

function checkTime(config: PipelineConfig, say: Say): void {
  const { windows, segments, drift, store, labels, models } = config;
  const { pane } = windows;
  if (pane <= 0) {
    say(['windows', 'pane'], 'expected more than nothing');
    return;
  }
  drift.forEach(({ window }, at) => {
    const path = ['drift', at, 'window'];
    if (window <= 0 || window % pane !== 0)
      say(path, `${formatDuration(window)} is no multiple of windows.pane (${formatDuration(pane)})`);
    if (window > store.retention)
      say(path, `the window is longer than store.retention (${formatDuration(store.retention)})`);
  });
  for (const [at, segment] of segments.entries()) {
    const length = segment.pane ?? pane;
    if (length <= 0 || length % pane !== 0) {
      say(['segments', at, 'pane'], `expected a multiple of windows.pane (${formatDuration(pane)})`);
      continue;
    }
    const broken = drift.find((comparison) => comparison.segments && comparison.window % length !== 0);
    if (broken !== undefined && broken.window % pane === 0) {
      const window = formatDuration(broken.window);
      say(
        ['segments', at, 'pane'],
        `a window of ${window} is no multiple of it; write segments: false there, or a shorter pane here`,
      );
    }
  }
  models.forEach(({ retrain }, at) => {
    if (retrain === undefined || labels === undefined) return;
    const needed = retrain.window + labels.horizon;
    if (needed > store.retention) {
      const reason = `training needs events of ${formatDuration(needed)} (window and labels.horizon), which store.retention (${formatDuration(store.retention)}) does not keep`;
      say(['models', at, 'retrain', 'window'], reason);
    }
  });
}

function checkJoint({ joint, drift, samples }: PipelineConfig, say: Say): void {
  if (joint === undefined) return;
  const windows = drift.filter(({ against }) => against === 'training').map(({ window }) => window);
  if (windows.length === 0)
    say(['joint'], 'it is judged with a comparison against training, and there is none in drift');
  else if (joint.window !== undefined && !windows.includes(joint.window)) {
    const known = windows.map(formatDuration).join(', ');
    say(
      ['joint', 'window'],
      `no comparison against training has windows of ${formatDuration(joint.window)}; they have ${known}`,
    );
  }
  if (samples.perPane === 0) say(['samples', 'perPane'], 'joint looks at samples of events, so some have to be kept');
}

function checkNames({ models, alerts, segments, drift, reference, incidents }: PipelineConfig, say: Say): void {
  const twice = (names: readonly string[], key: string, last: string): void =>
    names.forEach((name, at) => {
      if (names.indexOf(name) < at) say([key, at, last], `${name} stands twice`);
    });
  const names = models.map(({ name }) => name);
  twice(names, 'models', 'name');
  twice(
    alerts.map(({ name }) => name),
    'alerts',
    'name',
  );
  twice(
    segments.map(({ by }) => [...by].sort().join(', ')),
    'segments',
    'by',
  );
  segments.forEach(({ by }, at) => {
    if (new Set(by).size < by.length) say(['segments', at, 'by'], 'a feature stands twice');
  });
  alerts.forEach(({ name, mail, webhook }, at) => {
    if (mail === undefined && webhook === undefined) say(['alerts', at], `the channel ${name} needs mail or webhook`);
    if (mail !== undefined && !/^smtps?:\/\/./.test(mail.url))
      say(['alerts', at, 'mail', 'url'], 'expected smtp://host:port or smtps://host:port');
    if (webhook !== undefined && !/^https?:\/\/./.test(webhook.url))
      say(['alerts', at, 'webhook', 'url'], 'expected http://... or https://...');
  });
  drift.forEach(({ against, limits }, at) => {
    if (against === 'skew' && !hasLimit(limits))
      say(['drift', at, 'limits'], 'skew is judged by limits that you set, such as default: { jsDivergence: 0.1 }');
    if (against !== 'skew' && limits !== undefined)
      say(['drift', at, 'limits'], 'limits are for against: skew; the others are calibrated by the budget');
    if (models.length > 0 || reference !== undefined) return;
    const isReference = against === 'training' || against === 'skew';
    say(['drift', at, 'against'], isReference ? 'there is nothing to compare with: no model and no reference' : noBins);
  });
  const { alarms, of } = incidents.open;
  if (alarms > of) say(['incidents', 'open', 'alarms'], `${alarms} alarms of ${of} windows can never be`);
}

function hasLimit(limits: PipelineConfig['drift'][number]['limits']): boolean {
  const all = limits === undefined ? [] : [limits.default ?? {}, ...Object.values(limits.features)];
  return all.some((one) => Object.values(one).some((limit) => limit !== undefined));
}

function checkActions({ actions, models, alerts, labels }: PipelineConfig, context: CheckContext, say: Say): void {
  const modelNames = models.map(({ name }) => name);
  const channels = alerts.map(({ name }) => name);
  actions.forEach(({ when, alert, retrain }, at) => {
    const fault = context.faultOfCondition?.(when);
    if (fault !== undefined) say(['actions', at, 'when'], fault);
    if (alert === undefined && retrain === undefined)
      say(['actions', at], 'expected alert or retrain: nothing is done');
    alert?.forEach((name, index) => {
      if (!channels.includes(name))
        say(['actions', at, 'alert', index], `there is no alert channel ${name}${suggestion(name, channels)}`);
    });
    if (retrain === undefined) return;
    const path = ['actions', at, 'retrain'];
    if (!modelNames.includes(retrain)) say(path, `there is no model ${retrain}${suggestion(retrain, modelNames)}`);
    else if (models.find(({ name }) => name === retrain)?.retrain === undefined)
      say(path, `the model ${retrain} has no retrain section`);
    if (labels === undefined) say(path, 'retraining needs labels');
  });
}

/** Two of the limits are about values that are counted one by one, and would never say anything of a number. */
function checkLimits(
  limits: Readonly<
    Record<string, { readonly linf?: number | undefined; readonly normalizedAbsDifference?: number | undefined }>
  >,
  features: readonly FeatureField[],
  say: Say,
): void {
  for (const [name, own] of Object.entries(limits)) {
    const type = name.startsWith('@') ? 'number' : features.find((feature) => feature.name === name)?.type;
    if (type === undefined || type === 'string') continue;
    for (const key of ['linf', 'normalizedAbsDifference'] as const)
      if (own[key] !== undefined)
        say(
          ['limits', 'features', name, key],
          `${name} is of type ${type}, of which ${key} says nothing: it is about the values of a text; write jsDivergence`,
        );
  }
}

function checkFeatures({ segments, drift, joint }: PipelineConfig, features: readonly FeatureField[], say: Say): void {
  const names = features.map(({ name }) => name);
  segments.forEach(({ by }, at) => {
    by.forEach((name, index) => {
      const path = ['segments', at, 'by', index];
      const type = features.find((feature) => feature.name === name)?.type;
      if (!names.includes(name)) say(path, `the contract has no feature ${name}${suggestion(name, names)}`);
      else if (type === 'timestamp' || type === 'vector')
        say(path, `${name} is a ${type}, which has no values that repeat`);
    });
  });
  const judged = [...names, ...features.flatMap(possibleMeasures)];
  drift.forEach((comparison, at) => {
    for (const name of Object.keys(comparison.limits?.features ?? {}))
      if (!names.includes(name) && !name.startsWith('@'))
        say(['drift', at, 'limits', 'features', name], `the contract has no feature ${name}${suggestion(name, names)}`);
    checkLimits(comparison.limits?.features ?? {}, features, (keys, reason) => say(['drift', at, ...keys], reason));
    comparison.features?.forEach((name, index) => {
      // Lags and predictions are profiled too, under names that begin with @.
      if (!judged.includes(name) && !name.startsWith('@'))
        say(['drift', at, 'features', index], `the contract has no feature ${name}${suggestion(name, judged)}`);
    });
  });
  joint?.features?.forEach((name, index) => {
    if (!names.includes(name) && !name.startsWith('@'))
      say(['joint', 'features', index], `the contract has no feature ${name}${suggestion(name, names)}`);
  });
}
