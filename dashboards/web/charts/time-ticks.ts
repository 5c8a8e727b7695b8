const dayMs = 86_400_000;

export interface Tick {
  readonly at: number;
  readonly label: string;
}

const month = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short' });
const monthYear = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short', year: 'numeric' });
const dayMonth = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const hour = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** Round moments in [fromMs, toMs), at most `most` of them: hours, days, or first days of months, in UTC. */
export function timeTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const spanMs = toMs - fromMs;
  if (!(spanMs > 0) || most < 1) return [];
  if (spanMs > 50 * dayMs) return monthTicks(fromMs, toMs, most);
  const steps = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336].map((hours) => hours * 3_600_000);
  const stepMs = steps.find((step) => spanMs / step <= most) ?? spanMs;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at < toMs; at += stepMs)
    ticks.push({ at, label: at % dayMs === 0 ? dayMonth.format(at) : hour.format(at) });
  return ticks;
}

function monthTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const first = new Date(fromMs);
  const starts: number[] = [];
  for (let step = 0; ; step++) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + step, 1);
    if (at >= toMs) break;
    if (at >= fromMs) starts.push(at);
  }
  const every = Math.max(1, Math.ceil(starts.length / most));
  return starts
    .filter((_, place) => place % every === 0)
    .map((at, place) => ({
      at,
      label: place === 0 || new Date(at).getUTCMonth() === 0 ? monthYear.format(at) : month.format(at),
    }));
}
