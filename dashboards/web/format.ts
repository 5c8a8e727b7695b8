/** Numbers and times for people. Event times are shown in UTC. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function count(value: number): string {
  return whole.format(value);
}

/** `2.5M` from ten thousand on. */
export function shortCount(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value);
}

export function significant(value: number | null): string {
  if (value === null) return '–';
  if (value !== 0 && Math.abs(value) < 1e-4)
    return value
      .toExponential(1)
      .replace('e-', ' × 10⁻')
      .replace(/⁻(\d+)$/, (_, digits: string) => `⁻${superscript(digits)}`);
  return three.format(value);
}

/** Four digits: what models are compared by differs in the third. */
export function precise(value: number): string {
  return value.toLocaleString('en', { minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
}

function superscript(digits: string): string {
  return [...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
}

export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value < 0.01) return '< 0.01 %';
  return `${value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)} %`;
}

const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const dayFormat = part({ day: 'numeric', month: 'short', year: 'numeric' });
const shortDayFormat = part({ day: 'numeric', month: 'short' });
const timeFormat = part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export function day(ms: number): string {
  return dayFormat.format(ms);
}

export function shortDay(ms: number): string {
  return shortDayFormat.format(ms);
}

/** `3 May 2001, 14:05`; without the time in the first minute of a day. */
export function moment(ms: number): string {
  return Math.floor(ms / 60_000) % 1440 === 0 ? day(ms) : `${day(ms)}, ${timeFormat.format(ms)}`;
}

/** A window: `3 May 2001`, or `3 May 2001, 14:00–15:00`. */
export function windowText(startMs: number, endMs: number): string {
  if (endMs - startMs === 86_400_000 && startMs % 86_400_000 === 0) return day(startMs);
  return `${day(startMs)}, ${timeFormat.format(startMs)}–${timeFormat.format(endMs)}`;
}

/** `3 days`, `5 h`, `40 s`: the largest unit alone. */
export function span(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const;
  for (const [size, name] of units) {
    const amount = Math.round(ms / size);
    if (amount >= 1 && ms >= size) return `${amount} ${name}${amount === 1 ? '' : 's'}`;
  }
  return 'a moment';
}

export function bytes(amount: number): string {
  if (amount < 1024) return `${amount} B`;
  if (amount < 1024 * 1024) return `${(amount / 1024).toFixed(1)} KiB`;
  return `${(amount / 1024 / 1024).toFixed(1)} MiB`;
}

/** `origin=DEN` as people say it: `origin DEN`; the empty key is all events. */
export function segmentText(key: string): string {
  if (key === '') return 'all events';
  return key
    .split('&')
    .map((piece) => {
      const at = piece.indexOf('=');
      return `${piece.slice(0, at)} ${decodeURIComponent(piece.slice(at + 1))}`;
    })
    .join(', ');
}

/** `20010131-dad3e78c` as `20010131`: a hash at the end says nothing to people. Others stay as they are. */
export function shortVersion(version: string): string {
  return version.replace(/(?<=\w)-[0-9a-f]{8}$/, '');
}

/** A sentence of the log as people read it: a drawn arrow, and the names of what the program measures itself. */
export function prose(text: string): string {
  return text
    .replaceAll(' -> ', ' → ')
    .replace(/@lag\b/g, 'arrival lag')
    .replace(/@(?:prediction|performance):[\w-]+(?::[\w.-]*\w)?/g, featureText);
}

/** The same for lists: versions without their hashes. */
export function brief(text: string): string {
  return prose(text).replace(/\b(\d{8})-[0-9a-f]{8}\b/g, '$1');
}

/** The first clause of what was done, without what stands in parentheses; the incident's page has the whole. */
export function briefAction(text: string): string {
  return (
    brief(text)
      .replace(/ \([^)]*\)/g, '')
      .split(/[,;] /)[0] as string
  ).trim();
}

/** `@prediction:late:2` as `prediction of late 2`. */
export function featureText(feature: string): string {
  if (feature === '@lag') return 'arrival lag';
  const [kind, model, version] = feature.split(':');
  if (kind === '@prediction') return `prediction of ${model} ${shortVersion(version ?? '')}`.trim();
  if (kind === '@performance') return `performance of ${model} ${shortVersion(version ?? '')}`.trim();
  return feature;
}

/** `training:1d` as `against training, 1d windows`; `seasonal:1h:hour-of-week:28d` as `against earlier hours of the week (28d), 1h windows`. */
export function comparisonText(comparison: string): string {
  const [against, length, ...more] = comparison.split(':');
  if (against === 'over-time') return `over time, slices of ${length}`;
  if (against?.startsWith('over-time/')) return `over time by ${against.slice(10)}, slices of ${length}`;
  const side = sideText(against ?? '', more);
  return length === undefined ? `against ${side}` : `against ${side}, ${length} windows`;
}

function sideText(against: string, more: readonly string[]): string {
  if (against === 'previous') return 'the window before';
  if (against === 'rolling') return `the ${more[0] ?? ''} before`;
  if (against === 'window') return more.join(':').replace('..', ' to ');
  if (against !== 'seasonal') return against;
  const [season = '', over = '', ...zone] = more;
  const [unit = '', , period = ''] = season.split('-');
  const place = zone.length === 0 ? '' : `, ${zone.join(':')}`;
  return `earlier ${unit}s of the ${period} (${over}${place})`;
}
