import { useMemo } from 'preact/hooks';
import { isOverTime } from '../../../common/over-time.ts';
import type { FeatureView, Judgement } from '../../../common/read-model.ts';
import type { Carrier, Measured } from '../../../drift/judge/judgement.ts';
import { Histogram } from '../charts/histogram.tsx';
import { type Line, LineChart } from '../charts/line-chart.tsx';
import { comparisonText, count, featureText, percent, prose, segmentText, significant, windowText } from '../format.ts';
import { FormulaOf } from './formula.tsx';
import { Workings, type WorkingsProps } from './workings.tsx';

export interface JudgementViewProps {
  readonly view: FeatureView;
  readonly onPick: (windowStart: number) => void;
}

/** Everything behind one number: what was measured, by which rule, on how many events, and how it came to be over time. */
export function JudgementView({ view, onPick }: JudgementViewProps) {
  const { judgement, histogram } = view;
  return (
    <div class="judgement">
      {judgement !== null && <Facts judgement={judgement} />}
      {histogram !== null && <Histogram data={histogram} />}
      {histogram === null && judgement !== null && <p class="hush">{withoutHistogram(judgement)}</p>}
      <h3>
        {featureText(view.feature)}, {segmentText(view.segment)}, {comparisonText(view.comparison)}
      </h3>
      <Series view={view} onPick={onPick} />
      {judgement !== null && <Details judgement={judgement} drawn={histogram !== null} />}
    </div>
  );
}

function withoutHistogram({ feature, comparison }: Judgement): string {
  return feature.startsWith('@joint:') || isOverTime(comparison)
    ? 'What was compared is drawn with its numbers, under "How it is computed".'
    : 'No profile of this window is kept, or its reference is not there any more: no histogram.';
}

/** Where different statistics decided in different windows, only their shares of their limits can stand on one axis. */
function Series({ view, onPick }: JudgementViewProps) {
  const { series, judgement } = view;
  const mixed = new Set(series.map(({ statistic }) => statistic)).size > 1;
  // Evidence grows by factors: it is drawn as a share of what an alarm asks for.
  const evidence = series.some(({ statistic }) => statistic === 'evidence');
  const shares = mixed || evidence;
  const lines = useMemo(() => linesOf(series, shares), [series, shares]);
  const times = useMemo(() => series.map(({ windowStart }) => windowStart), [series]);
  return (
    <>
      <LineChart
        label={`Series of ${view.feature}: value and limit over ${series.length} windows`}
        times={times}
        scale={shares ? 'log' : 'zero'}
        marked={judgement?.windowStart}
        onPick={onPick}
        lines={lines}
      />
      <p class="hush small">
        {evidence
          ? 'Line: the evidence of a change, as a share of what an alarm asks for (logarithmic). Dashes: an alarm; the detector begins anew after it.'
          : mixed
            ? 'Line: the statistic that decided, as a multiple of its limit (logarithmic). Dashes: the limit.'
            : `Line: ${series[0]?.statistic.replaceAll('_', ' ')}. Dashes: the value it would have had to exceed.`}{' '}
        Rings: alarms. Click a window to look at it.
      </p>
    </>
  );
}

function linesOf(series: FeatureView['series'], shares: boolean): Line[] {
  const shown = series.map(({ value, critical, alarm }) => {
    if (!shares) return { value, critical, alarm };
    const ratio = value === null || critical === null || critical <= 0 || value <= 0 ? null : value / critical;
    return { value: ratio, critical: 1, alarm };
  });
  return [
    { label: 'limit', values: shown.map(({ critical }) => critical), look: 'limit' },
    { label: shares ? 'of its limit' : 'value', values: shown.map(({ value }) => value), look: 'strong' },
    { label: 'alarm', values: shown.map(({ alarm, value }) => (alarm ? value : null)), look: 'alarm' },
  ];
}

function Facts({ judgement }: { readonly judgement: Judgement }) {
  const { comparison, value, critical, alarm, why, statistic, windowStart, windowEnd, nCurrent, nReference, pValue } =
    judgement;
  const compared = judgement.detail['compared'] as { readonly with: string } | undefined;
  return (
    <>
      <p class={alarm ? 'why alarm' : 'why'}>{prose(why)}.</p>
      <dl class="facts">
        <Fact name="window">{windowText(windowStart, windowEnd)}</Fact>
        <Fact name={statistic.replaceAll('_', ' ')}>{significant(value)}</Fact>
        <Fact name="critical value">{critical === null ? 'could not be judged' : significant(critical)}</Fact>
        <Fact name="of its limit">
          {value === null || critical === null ? '–' : `${(value / critical).toFixed(2)} ${alarm ? '— alarm' : ''}`}
        </Fact>
        {!isOverTime(comparison) && <Fact name="p-value">{significant(pValue)}</Fact>}
        <Fact name="events in the window">{count(nCurrent)}</Fact>
        <Fact name="in the reference">{count(nReference)}</Fact>
        {compared !== undefined && <Fact name="compared with">{compared.with}</Fact>}
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Details({ judgement, drawn }: WorkingsProps) {
  const statistics = Object.entries((judgement.detail['statistics'] ?? {}) as Readonly<Record<string, Measured>>);
  const carriers = (judgement.detail['carriers'] ?? []) as readonly Carrier[];
  return (
    <div class="columns">
      {carriers.length > 0 && (
        <div>
          <h3>What carries the change</h3>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">range or value</th>
                <th scope="col" class="number">
                  reference
                </th>
                <th scope="col" class="number">
                  window
                </th>
                <th scope="col" class="number">
                  change
                </th>
              </tr>
            </thead>
            <tbody>
              {carriers.slice(0, 10).map(({ label, reference, current }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td class="number">{percent(reference)}</td>
                  <td class="number">{percent(current)}</td>
                  <td class="number">
                    {current >= reference ? '+' : '−'}
                    {(Math.abs(current - reference) * 100).toFixed(1)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div>
        <h3>How it is computed</h3>
        <FormulaOf statistic={judgement.statistic} />
        <Workings judgement={judgement} drawn={drawn} />
        {statistics.length > 0 && (
          <details>
            <summary>All {statistics.length} statistics of this window</summary>
            <table class="plain">
              <tbody>
                {statistics.map(([name, measured]) => (
                  <tr key={name}>
                    <th scope="row">{name.replaceAll('_', ' ')}</th>
                    <td class="number">{significant(measured.value)}</td>
                    <td class="number hush">
                      {measured.critical === undefined ? '' : `limit ${significant(measured.critical)}`}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </div>
    </div>
  );
}
