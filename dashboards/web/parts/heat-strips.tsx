import { useState } from 'preact/hooks';
import type { Drift } from '../../../common/read-model.ts';
import { timeTicks } from '../charts/time-ticks.ts';
import { useWidth } from '../charts/use-width.ts';
import { comparisonText, featureText, shortVersion, windowText } from '../format.ts';
import { featureHref } from '../router.ts';
import { Empty } from './section.tsx';

type Strip = Drift['strips'][number];
const stripHeight = 26;
/** On narrow screens names stand above their strips. */
const nameHeight = 18;
const cellMin = 2;

/** Features × windows. A cell is as dark as its distance is of its limit; an alarm is another colour and has a notch. */
export function HeatStrips({ drift }: { readonly drift: Drift }) {
  const [chosen, choose] = useState<string>();
  const strips = [...drift.strips].sort((a, b) => rank(a) - rank(b));
  const strip = strips.find(({ comparison }) => comparison === chosen) ?? strips[0];
  if (strip === undefined)
    return (
      <Empty>
        No window has been judged yet. Each feature gets a row here, each window a cell: pale where it is as usual,
        marked where it is not.
      </Empty>
    );
  return (
    <div class="heat">
      <div class="bar">
        <fieldset class="tabs">
          <legend class="hidden">Comparison</legend>
          {strips.map(({ comparison }) => (
            <button
              type="button"
              key={comparison}
              aria-pressed={comparison === strip.comparison}
              onClick={() => choose(comparison)}
            >
              {comparisonText(comparison)}
            </button>
          ))}
        </fieldset>
        <Legend />
      </div>
      <StripTable strip={strip} />
    </div>
  );
}

const rank = ({ comparison }: Strip): number => (comparison.startsWith('training') ? 0 : 1);

function StripTable({ strip }: { readonly strip: Strip }) {
  const { element, width } = useWidth<HTMLDivElement>();
  const stacked = width < 600;
  const left = stacked ? 0 : 200;
  const rowHeight = stripHeight + (stacked ? nameHeight : 0);
  const room = Math.max(1, width - left);
  const shown = Math.min(strip.windowStarts.length, Math.max(1, Math.floor(room / cellMin)));
  const skipped = strip.windowStarts.length - shown;
  const starts = strip.windowStarts.slice(skipped);
  const step = Math.min(22, room / shown);
  const features = [...strip.features].sort((a, b) => a.feature.localeCompare(b.feature));
  const fromMs = starts[0] ?? 0;
  const toMs = (starts.at(-1) ?? 0) + strip.windowMs;
  const placeOf = (ms: number) => left + (starts.findIndex((start) => start >= ms) + 1 || shown + 1) * step - step;
  return (
    <div ref={element}>
      {width > 0 && (
        <svg width={width} height={features.length * rowHeight + 20}>
          <title>Features by window; each window of a feature is also on the feature's page</title>
          {features.map((feature, row) => (
            <g key={feature.feature} transform={`translate(0 ${row * rowHeight})`}>
              <a href={featureHref(feature.feature, { comparison: strip.comparison })}>
                <text class="name" x={0} y={stacked ? 14 : 17}>
                  {featureText(shortVersion(feature.feature))}
                </text>
              </a>
              <g transform={`translate(${left} ${rowHeight - stripHeight})`}>
                {starts.map((start, at) => (
                  <Cell key={start} x={at * step} width={step} strip={strip} feature={feature} at={at + skipped} />
                ))}
              </g>
            </g>
          ))}
          {timeTicks(fromMs, toMs, Math.floor((shown * step) / 80)).map(({ at, label }) => (
            <text key={at} class="tick" x={placeOf(at)} y={features.length * rowHeight + 14}>
              {label}
            </text>
          ))}
        </svg>
      )}
      {skipped > 0 && (
        <p class="hush small">
          The newest {shown} windows; {skipped} earlier ones are in each feature's series.
        </p>
      )}
    </div>
  );
}

interface CellProps {
  readonly x: number;
  readonly width: number;
  readonly strip: Strip;
  readonly feature: Strip['features'][number];
  readonly at: number;
}

function Cell({ x, width, strip, feature, at }: CellProps) {
  const ratio = feature.ratios[at] ?? null;
  const alarm = feature.alarms[at] === true;
  const segments = feature.alarmedSegments[at] ?? 0;
  const start = strip.windowStarts[at] as number;
  const wide = Math.max(1, width - (width > 3 ? 1 : 0));
  const says = ratio === null ? 'not judged' : `${ratio.toFixed(2)} of its limit${alarm ? ', alarm' : ''}`;
  const more = segments > 0 ? `\nalarm in ${segments} segment${segments === 1 ? '' : 's'}` : '';
  return (
    <a
      href={featureHref(feature.feature, { comparison: strip.comparison, windowStart: start })}
      tabIndex={-1}
      class={`cell ${ratio === null ? 'none' : alarm ? 'alarm' : 'calm'}`}
    >
      <rect
        x={x}
        y={3}
        width={wide}
        height={stripHeight - 6}
        fill-opacity={ratio === null || alarm ? undefined : depthOf(ratio)}
      />
      {alarm && <path d={`M${x} 3h${wide}l${-wide / 2} 5z`} />}
      {!alarm && segments > 0 && <rect class="part-alarm" x={x} y={stripHeight - 8} width={wide} height={5} />}
      <title>{`${featureText(feature.feature)}, ${windowText(start, start + strip.windowMs)}\n${says}${more}`}</title>
    </a>
  );
}

/** Half the limit is ordinary; only what comes near it should draw the eye. */
function depthOf(ratio: number): number {
  return Math.min(0.85, 0.08 + 0.6 * Math.min(1, ratio) ** 3);
}

function Legend() {
  return (
    <ul class="legend">
      <li>
        <svg width="59" height="14" aria-hidden="true" class="cell calm">
          {[0.2, 0.5, 0.75, 1].map((ratio, at) => (
            <rect key={ratio} x={at * 15} y={0} width={14} height={14} fill-opacity={depthOf(ratio)} />
          ))}
        </svg>
        usual to the limit
      </li>
      <li>
        <svg width="14" height="14" aria-hidden="true" class="cell alarm">
          <rect width={14} height={14} />
          <path d="M0 0h14l-7 5z" />
        </svg>
        alarm
      </li>
      <li>
        <svg width="14" height="14" aria-hidden="true" class="cell calm">
          <rect width={14} height={14} fill-opacity={0.2} />
          <rect class="part-alarm" y={9} width={14} height={5} />
        </svg>
        alarm in a segment only
      </li>
    </ul>
  );
}
