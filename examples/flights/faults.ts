/** A real flight, on its way to become an event. */
export interface Flight {
  readonly id: string;
  readonly scheduledMs: number;
  readonly receivedMs: number;
  readonly origin: string;
  readonly destination: string;
  readonly distance: number;
}

/** What is done to the stream on purpose, so that the summary can be compared with it. */
export const faultKinds = [
  'malformed-json',
  'missing-field',
  'wrong-type',
  'text-number',
  'kilometres',
  'unknown-airport',
  'clock-ahead',
  'late',
  'duplicates',
] as const;
export type FaultKind = (typeof faultKinds)[number];

const at = (text: string): number => Date.parse(text);

/** Six airports whose provider switched to kilometres for two weeks of March. */
export const kilometres = {
  airports: ['PHX', 'LAS', 'SLC', 'SAN', 'SEA', 'PDX'],
  fromMs: at('2001-03-05T00:00Z'),
  toMs: at('2001-03-19T00:00Z'),
  factor: 1.609344,
};

/** From April on most flights of one airport carry a code that was never seen before. */
export const unknownAirport = { airport: 'DFW', code: 'DFX', fromMs: at('2001-04-10T00:00Z'), share: 0.7 };

/** Three airports whose clock is an hour ahead for four days of May. */
export const clockAhead = {
  airports: ['BOS', 'PHL', 'DCA'],
  fromMs: at('2001-05-15T00:00Z'),
  toMs: at('2001-05-19T00:00Z'),
  shiftMs: 3_600_000,
};

/** One evening of May a gateway sends everything twice. */
export const duplicateBurst = { fromMs: at('2001-05-03T17:00Z'), toMs: at('2001-05-03T19:00Z'), delayMs: 90_000 };

const lateMs = 2 * 86_400_000;
/** Shares of all events, each. */
const rareShare = 0.0002;

/** One line of the stream: when it is received, and its bytes, made only where they are asked for. */
export interface Line {
  readonly receivedMs: number;
  readonly bytes: () => Buffer | string;
}

/** What chance decides for one flight: which fault it gets, and how it looks. Uniform in [0, 1). */
export interface Lot {
  readonly fault: number;
  readonly detail: number;
}

/** The lines a flight becomes, and which faults are in them. */
export function linesOf(flight: Flight, { fault, detail }: Lot, count: (kind: FaultKind) => void): readonly Line[] {
  const one = (bytes: () => Buffer | string, receivedMs = flight.receivedMs): Line[] => [{ receivedMs, bytes }];
  if (fault < rareShare) {
    count('malformed-json');
    return one(() => malformed(eventOf(flight), detail));
  }
  if (fault < 2 * rareShare) {
    count('missing-field');
    return one(() => JSON.stringify(without(eventOf(flight), detail)));
  }
  if (fault < 3 * rareShare) {
    count('wrong-type');
    return one(() => JSON.stringify(mistyped(eventOf(flight), detail)));
  }
  if (fault < 4 * rareShare) {
    count('text-number');
    return one(() => JSON.stringify({ ...eventOf(flight), distance: String(flight.distance) }));
  }
  if (fault < 5 * rareShare) {
    count('late');
    const late = { ...flight, receivedMs: flight.receivedMs + lateMs };
    return one(() => textOf(late), late.receivedMs);
  }
  const changed = drifted(flight, detail, count);
  const first = { receivedMs: changed.receivedMs, bytes: () => textOf(changed) };
  if (flight.receivedMs < duplicateBurst.fromMs || flight.receivedMs >= duplicateBurst.toMs) return [first];
  count('duplicates');
  return [first, { receivedMs: flight.receivedMs + duplicateBurst.delayMs, bytes: first.bytes }];
}

function drifted(flight: Flight, detail: number, count: (kind: FaultKind) => void): Flight {
  const { origin, destination, scheduledMs } = flight;
  if (scheduledMs >= kilometres.fromMs && scheduledMs < kilometres.toMs && kilometres.airports.includes(origin)) {
    count('kilometres');
    return { ...flight, distance: Math.round(flight.distance * kilometres.factor) };
  }
  if (scheduledMs >= clockAhead.fromMs && scheduledMs < clockAhead.toMs && clockAhead.airports.includes(origin)) {
    count('clock-ahead');
    return { ...flight, scheduledMs: scheduledMs + clockAhead.shiftMs };
  }
  const renamed = scheduledMs >= unknownAirport.fromMs && detail < unknownAirport.share;
  if (renamed && (origin === unknownAirport.airport || destination === unknownAirport.airport)) {
    count('unknown-airport');
    const rename = (code: string) => (code === unknownAirport.airport ? unknownAirport.code : code);
    return { ...flight, origin: rename(origin), destination: rename(destination) };
  }
  return flight;
}

function eventOf(flight: Flight): Record<string, unknown> {
  return {
    id: flight.id,
    scheduled: iso(flight.scheduledMs),
    received: iso(flight.receivedMs),
    origin: flight.origin,
    destination: flight.destination,
    distance: flight.distance,
  };
}

/** As JSON.stringify of the event, five times as fast: codes of airports need no escapes. */
function textOf({ id, scheduledMs, receivedMs, origin, destination, distance }: Flight): string {
  return `{"id":"${id}","scheduled":"${iso(scheduledMs)}","received":"${iso(receivedMs)}","origin":"${origin}","destination":"${destination}","distance":${distance}}`;
}

/** Five ways in which bytes are no JSON. */
function malformed(event: Record<string, unknown>, detail: number): Buffer | string {
  const text = JSON.stringify(event);
  const ways: (() => Buffer | string)[] = [
    () => text.slice(0, Math.floor(text.length / 2)),
    () => text.replace(/"distance":\d+/, '"distance":NaN'),
    () => Buffer.from([0x00, 0xff, 0xfe, 0x01, ...Buffer.from(text.slice(4, 20))]),
    () => Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    () => text.replace('"origin":', '"origin":"XXX","origin":'),
  ];
  return (ways[Math.floor(detail * ways.length)] as () => Buffer | string)();
}

function without(event: Record<string, unknown>, detail: number): Record<string, unknown> {
  const field = ['origin', 'destination', 'distance', 'scheduled'][Math.floor(detail * 4)] as string;
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== field));
}

function mistyped(event: Record<string, unknown>, detail: number): Record<string, unknown> {
  const wrong = [
    { distance: 'far away' },
    { distance: { miles: 12 } },
    { scheduled: 'yesterday' },
    { origin: ['ATL'] },
  ];
  return { ...event, ...wrong[Math.floor(detail * wrong.length)] };
}

const days = new Map<number, string>();
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** As `Date.toISOString`, with the date's part written once a day: five million times are to be written. */
export function iso(timeMs: number): string {
  const day = Math.floor(timeMs / 86_400_000);
  let date = days.get(day);
  if (date === undefined) {
    date = new Date(day * 86_400_000).toISOString().slice(0, 11);
    days.set(day, date);
  }
  const ms = timeMs - day * 86_400_000;
  const hour = Math.floor(ms / 3_600_000);
  const minute = Math.floor(ms / 60_000) % 60;
  const second = Math.floor(ms / 1000) % 60;
  const rest = String(1000 + (ms % 1000)).slice(1);
  return `${date}${two(hour)}:${two(minute)}:${two(second)}.${rest}Z`;
}
