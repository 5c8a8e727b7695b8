import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { moment, shortDay, significant } from '../format.ts';
import { useWidth } from './use-width.ts';

export interface Line {
  readonly label: string;
  /** One a moment; null where there is none. */
  readonly values: readonly (number | null)[];
  /** `strong` and `second` are told apart by width and dashes as well as by colour. */
  readonly look: 'strong' | 'second' | 'limit' | 'alarm';
}

export interface LineChartProps {
  /** For those who do not see it. */
  readonly label: string;
  /** Ascending, ms since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly height?: number;
  /** `zero` begins at 0; `log` is for ratios; the default fits the values. */
  readonly scale?: 'zero' | 'log';
  /** The moment that the page is about. */
  readonly marked?: number | undefined;
  readonly onPick?: (timeMs: number) => void;
}

/** Values over event time. */
export function LineChart({ label, times, lines, height = 180, scale, marked, onPick }: LineChartProps) {
  const { element, width } = useWidth<HTMLDivElement>();
  const picked = useRef(onPick);
  picked.current = onPick;
  useEffect(() => {
    const { current } = element;
    if (current === null || width === 0 || times.length === 0) return;
    let chart: uPlot | undefined;
    const draw = (): void => {
      chart?.destroy();
      chart = new uPlot(
        optionsOf({ width, height, lines, scale, marked, current, times, picked }),
        dataOf(times, lines),
        current,
      );
    };
    draw();
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [element, width, height, times, lines, scale, marked]);
  return <div ref={element} class={onPick === undefined ? 'lines' : 'lines pick'} role="img" aria-label={label} />;
}

function dataOf(times: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [times.map((time) => time / 1000), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData;
}

interface DrawInput {
  readonly width: number;
  readonly height: number;
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly scale: LineChartProps['scale'];
  readonly marked: number | undefined;
  readonly current: HTMLElement;
  readonly picked: { readonly current: ((timeMs: number) => void) | undefined };
}

function optionsOf({ width, height, lines, scale, marked, current, times, picked }: DrawInput): uPlot.Options {
  const style = getComputedStyle(current);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: color('hush'), font, grid: { stroke: color('line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: (_, min, max) => (min === max ? [min - 43_200, max + 43_200] : [min, max]) },
      y: scale === 'log' ? { distr: 3, log: 10 } : { range: (_, min, max) => rangeOf(min, max, scale === 'zero') },
    },
    axes: [
      { ...axis, space: 70, size: 26, values: (_, splits) => splits.map((at) => shortDay(at * 1000)) },
      {
        ...axis,
        size: 46,
        ...(scale === 'log' ? { splits: powersOfTen } : {}),
        values: (_, splits) => splits.map((value) => significant(value)),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, color))],
    hooks: {
      ready: [(chart) => follow(chart, { times, lines, picked })],
      drawClear: [(chart) => markMoment(chart, marked, color('mark'))],
    },
  };
}

/** Powers of ten that a logarithmic axis shows. */
function powersOfTen(_chart: uPlot, _axis: number, min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => 10 ** (first + at));
}

function rangeOf(min: number | null, max: number | null, fromZero: boolean): [number, number] {
  if (min === null || max === null) return [0, 1];
  const room = (max - min || Math.abs(max) || 1) * 0.08;
  return [fromZero ? 0 : min - room, max + room];
}

function seriesOf({ label, look }: Line, color: (name: string) => string): uPlot.Series {
  const points = { show: false };
  if (look === 'alarm')
    return {
      label,
      paths: () => null,
      points: { show: true, size: 9, width: 2, stroke: color('alarm'), fill: color('paper') },
    };
  if (look === 'limit') return { label, stroke: color('alarm'), width: 1.2, dash: [5, 4], points };
  if (look === 'second') {
    const stroke = color('second');
    // Several may come one after the other: no line leads from one to the next, and a single day is a point.
    const dots = { show: true, size: 3, width: 0, fill: stroke };
    return { label, stroke, width: 1.8, dash: [2, 3], points: dots, spanGaps: false };
  }
  return { label, stroke: color('tide'), width: 2, points, spanGaps: false };
}

/** Draws the window that the page is about as a pale band. */
function markMoment(chart: uPlot, marked: number | undefined, fill: string): void {
  if (marked === undefined) return;
  const { left, top, height, width } = chart.bbox;
  const x = chart.valToPos(marked / 1000, 'x', true);
  const half = Math.max(3, width / Math.max(40, 2 * chart.data[0].length));
  chart.ctx.fillStyle = fill;
  chart.ctx.fillRect(Math.max(left, x - half), top, 2 * half, height);
}

/** A line of text under the pointer, and picking a moment by a click. */
function follow(chart: uPlot, { times, lines, picked }: Pick<DrawInput, 'times' | 'lines' | 'picked'>): void {
  const note = document.createElement('div');
  note.className = 'reading';
  chart.over.appendChild(note);
  const show = (): void => {
    const at = chart.cursor.idx;
    const time = at === null || at === undefined ? undefined : times[at];
    note.hidden = time === undefined;
    if (time === undefined || at === null || at === undefined) return;
    const parts = lines.flatMap(({ label, values, look }) => {
      const value = values[at];
      return value === null || value === undefined || look === 'alarm' ? [] : `${label} ${significant(value)}`;
    });
    note.textContent = [moment(time), ...parts].join('  ·  ');
  };
  note.hidden = true;
  chart.over.addEventListener('mousemove', show);
  chart.over.addEventListener('mouseleave', () => {
    note.hidden = true;
  });
  chart.over.addEventListener('click', () => {
    const at = chart.cursor.idx;
    const time = at === null || at === undefined ? undefined : times[at];
    if (time !== undefined) picked.current?.(time);
  });
}
