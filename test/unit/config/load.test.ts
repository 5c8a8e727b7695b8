// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { pipelineHolidays } from '../../../config/calendar.ts';
import { configJsonSchema, loadPipeline } from '../../../config/load.ts';

const least = `pipeline: flights
source:
  file: { path: flights.parquet }
event: { time: /scheduled, id: /id }
contract: flights.yaml
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(directory, 'pipeline.yaml');
  writeFileSync(file, text);
  return loadPipeline(file, environment);
}

/** The error as people see it, with the name of the temporary file taken out. */
async function errorOf(text: string, environment: Record<string, string> = {}): Promise<string> {
  const error = await load(text, environment).then(
    () => new Error('nothing was wrong'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TidemarkError)) throw error;
  expect(error.code).toBe(ErrorCode.CONFIG_INVALID);
  expect(error.cure).toBeTruthy();
  return error.toText().replaceAll(`${join(directory, 'pipeline.yaml')}`, 'p.yaml');
}

describe('loadPipeline', () => {
  it('fills in the defaults and says where relative paths start', async () => {
    const { config, path, directory: from } = await load(least);
    expect(config.windows.pane).toBe(60_000);
    expect(config.store.url).toBe('embedded:./.tidemark');
    expect(config.contract).toBe('flights.yaml');
    expect(path).toBe(join(from, 'pipeline.yaml'));
  });

  it('names every problem at once, each with its line and column', async () => {
    const text = await errorOf(`${least}windws: { pane: 1m }
drift:
  - { against: trainig, window: 1h }
  - { against: previous, window: soon, sgments: true }
flush:
  rows: 0
`);
    expect(text).toContain('5 problems');
    expect(text).toContain('p.yaml:6:1: windws: there is no such key; did you mean windows?');
    expect(text).toContain('p.yaml:8:16: drift[0].against: expected one of "training", "previous"');
    expect(text).toMatch(/p\.yaml:9:34: drift\[1\]\.window: expected a duration such as 30s/);
    expect(text).toContain('p.yaml:9:40: drift[1].sgments: there is no such key; did you mean segments?');
    expect(text).toMatch(/p\.yaml:11:9: flush\.rows: too small/);
  });

  it('names a missing key where its section begins', async () => {
    const text = await errorOf('pipeline: x\nsource: { http: {} }\nevent: { id: /id }\ncontract: c.yaml\n');
    expect(text).toContain('p.yaml:3:8: event.time: the key is missing; expected string');
  });

  it.each([
    ['', 'p.yaml:1:1: the file is empty'],
    ['# nothing\n', 'p.yaml:1:1: the file is empty'],
    ['just text', 'p.yaml:1:1: expected keys and values'],
    ['[1, 2]', 'p.yaml:1:1: expected keys and values'],
    [`${least}event: { time: /t }\n`, 'p.yaml:6:1: the key stands twice'],
    ['pipeline: "open\n', /p\.yaml:2:1: missing closing "quote/],
    ['a: 1\n---\nb: 2\n', /p\.yaml:2:1: source contains multiple documents/],
    ['pipeline: !js/function x\n', /p\.yaml:1:11: unresolved tag/],
    ['\u0000\u0001\u0002', /p\.yaml:1:1: /],
  ])('refuses %j', async (text, expected) => {
    const found = await errorOf(text);
    if (typeof expected === 'string') expect(found).toContain(expected);
    else expect(found).toMatch(expected);
  });

  it('refuses bombs of aliases and of nesting', async () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let at = 1; at < 9; at++)
      bomb += `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(', ')}]\n`;
    expect(await errorOf(bomb)).toContain('aliases');
    expect(await errorOf(`a: ${'['.repeat(20_000)}`)).toContain('nested too deeply');
  });

  it('says that a file is not there', async () => {
    await expect(loadPipeline(join(directory, 'none.yaml'), {})).rejects.toMatchObject({
      code: ErrorCode.FILE_UNREADABLE,
      message: 'there is no such file',
    });
  });
});

describe('the environment in a pipeline file', () => {
  const store = (url: string) => `${least}store: { url: ${url} }\n`;

  it('stands in for names, with defaults for what is unset or empty', async () => {
    const url = '"http://${USER}:${PASS:-none}@${HOST:-localhost}:8123"';
    const { config } = await load(store(url), { USER: 'me', HOST: '' });
    expect(config.store.url).toBe('http://me:none@localhost:8123');
  });

  it('gives numbers and switches where these are expected, and keeps text where text is', async () => {
    const text = `${least}reference: r.csv
server: { port: "\${PORT:-8787}", host: "\${HOST}" }
drift:
  - against: previous
    segments: \${SEGMENTS}
`;
    const { config } = await load(text, { PORT: '9000', HOST: '127', SEGMENTS: 'false' });
    expect(config.server).toEqual({ port: 9000, host: '127' });
    expect(config.drift[0]?.segments).toBe(false);
    expect(await errorOf(text, { PORT: 'many', HOST: 'h', SEGMENTS: 'true' })).toContain(
      'p.yaml:7:17: server.port: expected number, found string',
    );
  });

  it('is an error of its line where it is unset, without printing values', async () => {
    const found = await errorOf(`${least}store:\n  url: "http://x:\${SECRET}@\${NOWHERE}"\n`, { SECRET: 'hush' });
    expect(found).toContain('p.yaml:7:8: the environment variable NOWHERE is not set and has no default');
    expect(found).not.toContain('hush');
  });

  it('refuses half-written references and leaves escaped ones and plain dollars alone', async () => {
    expect(await errorOf(store('"http://${A-b}"'))).toContain('expected ${NAME} or ${NAME:-default}, found ${A-b}');
    expect(await errorOf(store('"http://${A"'))).toContain('expected ${NAME}');
    const { config } = await load(store('"http://$${A}$5"'));
    expect(config.store.url).toBe('http://${A}$5');
  });

  it('is told to stand in quotes where braces open a map', async () => {
    expect(await errorOf(`${least}server: { port: ${'$'}{PORT} }\n`)).toMatch(/p\.yaml:6:18: .*stands in quotes/);
  });

  it('is not taken from the prototype of the environment', async () => {
    expect(await errorOf(store('"http://${constructor}"'))).toContain('constructor is not set');
  });
});

describe('what only the whole file shows', () => {
  const model = 'models: [{ name: late, retrain: { command: [node, train.js], window: 80d } }]\n';
  const labels =
    'labels: { source: { file: { path: l.ndjson } }, id: /id, value: /late, time: /known, horizon: 20d }\n';

  it.each([
    ['drift: [{ against: previous, window: 90s }]\n', '6:38: drift[0].window: 1m 30s is no multiple'],
    ['drift: [{ against: training }]\n', '6:20: drift[0].against: there is nothing to compare with'],
    [
      'drift: [{ against: rolling }]\n',
      '6:20: drift[0].against: comparisons need the binning of a reference, also with earlier windows: name a file',
    ],
    ['reference: r.csv\ndrift: [{ against: skew }]\n', 'drift[0].limits: skew is judged by limits that you set'],
    [
      'reference: r.csv\ndrift: [{ against: skew, limits: { features: { a: {} } } }]\n',
      'drift[0].limits: skew is judged by limits that you set',
    ],
    ['drift: [{ against: skew, limits: { default: { linf: 0.1 } } }]\n', 'there is nothing to compare with'],
    ['drift: [{ against: previous, limits: { default: { linf: 0.1 } } }]\n', 'limits are for against: skew'],
    ['drift: [{ against: skew, limits: { default: { linf: 2 } } }]\n', 'drift[0].limits.default.linf'],
    ['segments: [{ by: [a], pane: 90s }]\n', 'segments[0].pane: expected a multiple of windows.pane'],
    [
      'segments: [{ by: [a], pane: 7m }]\ndrift: [{ against: previous, window: 1h }]\n',
      'segments[0].pane: a window of 1h is no multiple of it',
    ],
    ['segments: [{ by: [a, b] }, { by: [b, a] }]\n', 'segments[1].by: a, b stands twice'],
    ['actions: [{ when: x, alert: [ml] }]\n', '6:30: actions[0].alert[0]: there is no alert channel ml'],
    [
      'alerts: [{ name: mail, webhook: { url: "http://x" } }]\nactions: [{ when: x, alert: [mial] }]\n',
      'there is no alert channel mial',
    ],
    ['actions: [{ when: x }]\n', 'actions[0]: expected alert or retrain'],
    ['actions: [{ when: x, retrain: late }]\n', 'actions[0].retrain: there is no model late'],
    [`${model}${'actions: [{ when: x, retrain: late }]\n'}`, 'actions[0].retrain: retraining needs labels'],
    [model + labels, 'models[0].retrain.window: training needs events of 100d'],
    ['models: [{ name: a }, { name: a }]\n', 'models[1].name: a stands twice'],
    ['alerts: [{ name: a }]\n', 'alerts[0]: the channel a needs mail or webhook'],
    ['alerts: [{ name: a, webhook: { url: "ftp://x" } }]\n', 'alerts[0].webhook.url: expected http'],
    ['incidents: { open: { alarms: 4, of: 3 } }\n', 'incidents.open.alarms: 4 alarms of 3 windows can never be'],
    ['store: { url: "clickhouse:9000" }\n', 'store.url: expected embedded:DIR or http'],
    ['detectors: { kinds: [evidence] }\n', '6:21: detectors.kinds: there is nothing to compare with'],
    [
      'reference: r.csv\nwindows: { pane: 2m }\ndetectors: { kinds: [evidence], slice: 15m }\n',
      '8:40: detectors.slice: 15m is no multiple of windows.pane (2m)',
    ],
    [
      'reference: r.csv\ndetectors: { kinds: [evidence], slice: 13m }\n',
      '7:40: detectors.slice: 13m does not divide a week',
    ],
    ['reference: r.csv\ndetectors: { kinds: [kswin, kswin] }\n', 'detectors.kinds[1]: kswin stands twice'],
    [
      'reference: r.csv\nsegments: [{ by: [a], pane: 1h }]\ndetectors: { kinds: [evidence], segments: true }\n',
      'detectors.segments: a slice of 15m has no whole panes of the segments by a (1h)',
    ],
    [
      'reference: r.csv\ndetectors: { kinds: [evidence], segments: true }\n',
      'detectors.segments: there are no segments to watch',
    ],
    ['windows: { pane: 0s }\n', 'windows.pane: expected more than nothing'],
    [
      'drift: [{ against: previous, over: 7d }]\n',
      '6:36: drift[0].over: it belongs to against: rolling or seasonal; this is against: previous',
    ],
    ['drift: [{ against: rolling, from: 2001-01-01 }]\n', 'drift[0].from: it belongs to against: window'],
    ['drift: [{ against: window }]\n', 'drift[0].from: the key is missing; expected a date or time in ISO 8601'],
    ['drift: [{ against: window, from: 2001-02-01, to: 2001-01-01 }]\n', 'drift[0].to: it is not after from'],
    [
      'drift: [{ against: window, window: 1d, from: 2001-01-01T12:00Z, to: 2001-01-05 }]\n',
      'drift[0].to: from and to hold 3 windows of 1d; 4 are needed',
    ],
    ['drift: [{ against: rolling, over: 1h }]\n', 'drift[0].over: expected at least two windows of 1h'],
    ['drift: [{ against: seasonal, over: 2w }]\n', 'drift[0].over: 14d holds fewer than 3 earlier windows of a season'],
    ['drift: [{ against: seasonal, window: 1w }]\n', 'drift[0].season: a window of 7d holds every season'],
    [
      'drift: [{ against: seasonal, window: 1d, season: hour-of-day }]\n',
      'drift[0].season: a window of 1d holds every hour; write day-of-week',
    ],
    [
      'drift: [{ against: seasonal, window: 15m, over: 5w }]\n',
      'drift[0].over: store.profiles keeps what windows of 15m are read from for 30d only',
    ],
    [
      'drift: [{ against: rolling, window: 2d }]\nstore: { profiles: { panes: 1d } }\n',
      'drift[0].window: the window is longer than store.profiles keeps panes (1d)',
    ],
    [
      'drift: [{ against: previous, window: 1d }]\nstore: { profiles: { panes: 36h } }\n',
      'drift[0].window: two windows are longer than store.profiles keeps panes (1d 12h)',
    ],
    ['drift: [{ against: seasonal, timeZone: Berlin }]\n', 'drift[0].timeZone: expected the IANA name of a time zone'],
    ['drift: [{ against: rolling }, { against: rolling, over: 7d }]\n', 'drift[1]: rolling:1h:7d stands twice'],
    ['calendar: [{ name: a, date: 2001-12-25 }]\n', 'calendar: no comparison is against: rolling or seasonal'],
    [
      'drift: [{ against: rolling }]\ncalendar: [{ name: a, date: 2001-02-29 }]\n',
      'calendar[0].date: expected a date such as 2026-12-24',
    ],
    [
      'drift: [{ against: rolling }]\ncalendar: { holidays: [{ name: a, from: 2001-12-25, to: 2001-12-24 }] }\n',
      'calendar.holidays[0]: to lies before from',
    ],
    [
      'drift: [{ against: rolling }]\ncalendar: { holidays: [{ name: a, from: 2001-12-25 }] }\n',
      'calendar.holidays[0]: expected either date, or from and to',
    ],
  ])('%j', async (extra, expected) => {
    expect(await errorOf(least + extra)).toContain(expected);
  });

  it('takes holidays from here or from a file, whose problems have lines of their own', async () => {
    const drift = `${least}reference: r.csv
drift: [{ against: seasonal, season: day-of-week, over: 8w }]\n`;
    const inline = await load(`${drift}calendar: [{ name: Feast, date: 2001-12-25 }]\n`);
    const file = join(directory, 'holidays.yaml');
    writeFileSync(file, 'timeZone: Europe/Berlin\nholidays:\n  - { name: Feast, from: 2001-12-25, to: 2001-12-26 }\n');
    const { config } = await load(`${drift}calendar: holidays.yaml\n`);
    const day = Date.UTC(2001, 11, 25) / 86_400_000;
    expect(inline.config.calendar).toEqual({ timeZone: 'UTC', holidays: [{ name: 'Feast', date: day }] });
    expect(config.calendar).toEqual({
      timeZone: 'Europe/Berlin',
      holidays: [{ name: 'Feast', from: day, to: day + 1 }],
    });
    expect(pipelineHolidays(config)?.of(Date.UTC(2001, 11, 24, 23), 3_600_000)?.name).toBe('Feast');
    writeFileSync(file, 'holidays:\n  - { name: Feast, date: 25.12.2001 }\n');
    expect(await errorOf(`${drift}calendar: holidays.yaml\n`)).toContain(
      'holidays.yaml:2:26: holidays[0].date: expected a date such as 2026-12-24',
    );
    await expect(load(`${drift}calendar: nowhere.yaml\n`)).rejects.toMatchObject({ code: ErrorCode.FILE_UNREADABLE });
  });

  it('labels need the id of events', async () => {
    expect(await errorOf(least.replace(', id: /id', '') + labels)).toContain('labels.id: labels need event.id');
  });

  it('is checked against features and conditions when these are known', async () => {
    const file = await load(`${least}reference: r.csv
segments: [{ by: [orgin] }]
drift: [{ against: previous, features: [delay, dely, "@lag"] }]
alerts: [{ name: a, webhook: { url: "http://x" } }]
actions: [{ when: severity >= hi, alert: [a] }]
`);
    const features = [
      { name: 'origin', type: 'string' as const },
      { name: 'delay', type: 'number' as const },
    ];
    expect(() => file.check({ features: [...features, { name: 'orgin', type: 'string' }] })).toThrow(
      /dely; did you mean delay/,
    );
    expect(() => file.check({ features })).toThrow(/has no feature orgin; did you mean origin\?/);
    expect(() => file.check({ faultOfCondition: (text) => `cannot read ${text}` })).toThrow(
      /actions\[0\]\.when: cannot read severity >= hi/,
    );
  });
});

describe('fixed limits', () => {
  const features = [
    { name: 'amount', type: 'number' as const },
    { name: 'city', type: 'string' as const },
  ];
  const check = async (limits: string) =>
    (await load(`${least}reference: r.csv\ndrift: [{ against: skew, limits: { features: { ${limits} } } }]\n`)).check({
      features,
    });

  it('are refused where they have no answer for the type', async () => {
    await expect(check('amount: { linf: 0.05 }')).rejects.toMatchObject({
      place: expect.stringMatching(/pipeline\.yaml:7:\d+$/),
      message: expect.stringMatching(
        /drift\[0\]\.limits\.features\.amount\.linf: amount is of type number, of which linf says nothing: .*write jsDivergence/,
      ),
    });
    await expect(check('amount: { normalizedAbsDifference: 0.05, jsDivergence: 0.1 }')).rejects.toThrow(
      /normalizedAbsDifference says nothing/,
    );
    await expect(check('"@lag": { linf: 0.05 }')).rejects.toThrow(/@lag is of type number/);
    await check('amount: { jsDivergence: 0.1 }, city: { linf: 0.1, normalizedAbsDifference: 0.1 }');
  });
});

describe('a pipeline over vectors and texts', () => {
  const features = [
    { name: 'embedding', type: 'vector' as const, dimension: 8 },
    { name: 'review', type: 'string' as const, kind: 'text' as const },
  ];
  const check = async (lines: string) => (await load(`${least}reference: r.csv\n${lines}\n`)).check({ features });

  it('may choose measures by name', async () => {
    await check('drift: [{ against: previous, features: [embedding, embedding.p8, review.unknown] }]');
    await expect(check('drift: [{ against: previous, features: [embedding.p9] }]')).rejects.toThrow(
      /has no feature embedding.p9; did you mean embedding.p/,
    );
    await expect(check('drift: [{ against: previous, features: [review.pattern] }]')).rejects.toThrow(/no feature/);
  });

  it('cannot be sliced by a vector', async () => {
    await expect(check('segments: [{ by: [embedding] }]')).rejects.toThrow(
      /embedding is a vector, which has no values that repeat/,
    );
  });
});

describe('configJsonSchema', () => {
  it('is the form that is written: durations are texts, defaults need not stand there', () => {
    const schema = configJsonSchema() as {
      required: string[];
      properties: Record<string, { properties?: Record<string, { type?: string; default?: unknown }> }>;
    };
    expect(schema.required).toEqual(['pipeline', 'source', 'event', 'contract']);
    expect(schema.properties['windows']?.properties?.['pane']).toMatchObject({ type: 'string', default: '1m' });
  });
});
