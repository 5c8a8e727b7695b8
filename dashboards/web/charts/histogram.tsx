import type { Histogram as Data } from '../../../common/read-model.ts';
import { count, percent, significant } from '../format.ts';
import { useWidth } from './use-width.ts';

/** The window (filled) over its reference (outline): told apart by form, not only by colour. */
export function Histogram({ data }: { readonly data: Data }) {
  return (
    <figure class="histogram">
      <figcaption>
        <span class="key current">window, {count(data.nCurrent)} events</span>
        <span class="key reference">reference, {count(data.nReference)} events</span>
      </figcaption>
      {data.kind === 'numeric' ? <NumericBars data={data} /> : <CategoryBars data={data} />}
    </figure>
  );
}

const height = 190;
const bottom = 22;

function NumericBars({ data }: { readonly data: Data }) {
  const { element, width } = useWidth<HTMLDivElement>();
  const top = Math.max(...data.bins.map(({ reference, current }) => Math.max(reference, current)), 1e-9);
  const step = width / Math.max(1, data.bins.length);
  const y = (share: number) => 6 + (height - bottom - 6) * (1 - share / top);
  const outline = data.bins
    .map(({ reference }, at) => `${at === 0 ? `M0 ${height - bottom}` : ''}V${y(reference)}H${(at + 1) * step}`)
    .join('');
  return (
    <div ref={element} class="bars">
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Shares of ${data.bins.length} ranges; greatest ${percent(top)}`}
        >
          {data.bins.map(({ label, reference, current }, at) => (
            <g key={label}>
              <rect
                class="current"
                x={at * step + 0.5}
                width={Math.max(1, step - 1)}
                y={y(current)}
                height={height - bottom - y(current)}
              />
              <rect class="hit" x={at * step} width={step} y={0} height={height - bottom}>
                <title>{`${label}\nwindow ${percent(current)}\nreference ${percent(reference)}`}</title>
              </rect>
            </g>
          ))}
          <path class="reference" d={`${outline}V${height - bottom}`} />
          <line class="axis" x1={0} x2={width} y1={height - bottom} y2={height - bottom} />
          {axisLabels(data, step, width).map(({ x, label, anchor }) => (
            <text key={`${x}`} x={x} y={height - 6} text-anchor={anchor}>
              {label}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

interface AxisLabel {
  readonly x: number;
  readonly label: string;
  readonly anchor: 'start' | 'middle' | 'end';
}

function axisLabels({ bins }: Data, step: number, width: number): AxisLabel[] {
  const every = Math.max(1, Math.ceil(64 / Math.max(1, step)));
  return bins.flatMap(({ label, from }, at): AxisLabel[] => {
    if (label === 'missing') return [{ x: width, label, anchor: 'end' }];
    const nearMissing = bins.at(-1)?.label === 'missing' && width - at * step < 90;
    if (from === null || at % every !== every - 1 || nearMissing || width - at * step < 24) return [];
    return [{ x: at * step, label: significant(from), anchor: at * step < 20 ? 'start' : 'middle' }];
  });
}

function CategoryBars({ data }: { readonly data: Data }) {
  const top = Math.max(...data.bins.map(({ reference, current }) => Math.max(reference, current)), 1e-9);
  return (
    <table class="categories">
      <thead>
        <tr>
          <th scope="col">value</th>
          <td />
          <th scope="col" class="number">
            window
          </th>
          <th scope="col" class="number">
            reference
          </th>
        </tr>
      </thead>
      <tbody>
        {data.bins.map(({ label, reference, current }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td aria-hidden="true">
              <span class="track">
                <i class="current" style={{ width: `${(100 * current) / top}%` }} />
                <i class="reference" style={{ left: `${(100 * reference) / top}%` }} />
              </span>
            </td>
            <td class="number">{percent(current)}</td>
            <td class="number">{percent(reference)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
