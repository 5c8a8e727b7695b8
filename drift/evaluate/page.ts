import type { BenchmarkOptions, Score } from './benchmark.ts';
import type { QuietCount } from './false-alarms.ts';
import { eventsPerHour } from './family.ts';
import { type CaseStanding, type FieldScores, poissonInterval, type Standings, standingsOf } from './standings.ts';

export interface PageInput {
  readonly options: BenchmarkOptions;
  readonly fields: readonly FieldScores[];
  readonly quiet: readonly { readonly name: string; readonly counts: readonly QuietCount[] }[];
}

/** `docs/drift-benchmark.md`. */
export function driftPage(input: PageInput): string {
  const standings = standingsOf(input.fields);
  return `${[
    '# Drift benchmark',
    '',
    'Written by `npm run bench:drift`; the same seeds give the same page. How the detectors work stands in',
    '[calibration](methods/calibration.md), [anytime-valid](methods/anytime-valid.md) and [detectors](methods/detectors.md).',
    '',
    ...quietSection(input),
    ...barsSection(standings),
    ...delaySection(input),
    ...knobSection(input),
  ].join('\n')}\n`;
}

function quietSection({ quiet }: PageInput): string[] {
  const weeks = (counts: readonly QuietCount[], name: string, budget: number | undefined): number =>
    counts.filter((one) => one.name === name && one.budget === budget).reduce((sum, one) => sum + one.weeks, 0);
  const rows = new Map<string, { readonly name: string; readonly budget: number | undefined }>();
  for (const { counts } of quiet)
    for (const { name, budget } of counts) rows.set(`${name} ${budget ?? ''}`, { name, budget });
  const cell = (counts: readonly QuietCount[], name: string, budget: number | undefined): string => {
    const alarms = counts
      .filter((one) => one.name === name && one.budget === budget)
      .reduce((sum, one) => sum + one.alarms, 0);
    const all = weeks(counts, name, budget);
    const { low, high } = poissonInterval(alarms);
    const kept =
      budget === undefined ? '' : alarms / all <= budget ? '' : low / all <= budget ? ' (above)' : ' **(broken)**';
    return `${shortNumber(alarms / all)} (${shortNumber(low / all)} to ${shortNumber(high / all)})${kept}`;
  };
  const [first] = quiet;
  const judged = first === undefined ? 0 : weeks(first.counts, 'Tidemark', first.counts[0]?.budget) * 168;
  return [
    '## False alarms where nothing changes',
    '',
    `20 features, windows of an hour (${eventsPerHour} events), eight weeks of reference, ${judged.toLocaleString('en-US')} windows judged on each kind of stream.`,
    'False alarms a week over all features, with the exact 95 % interval; nothing is fitted to these streams. Rules count every window they',
    'alarm in. An e-detector that alarms begins anew.',
    '',
    `| | budget | ${quiet.map(({ name }) => name).join(' | ')} |`,
    `|---|---|${quiet.map(() => '---|').join('')}`,
    ...[...rows.values()]
      .sort((a, b) => (a.budget ?? 99) - (b.budget ?? 99))
      .map(
        ({ name, budget }) =>
          `| ${name} | ${budget ?? ''} | ${quiet.map(({ counts }) => cell(counts, name, budget)).join(' | ')} |`,
      ),
    '',
  ];
}

function barsSection({ classical, cases }: Standings): string[] {
  const single = classical[0]?.contestant ?? '';
  const behind = (one: CaseStanding): boolean => one.bestSingle !== undefined && one.tidemark > one.bestSingle;
  const atMost = cases.filter((one) => !behind(one)).length;
  const ratio = (one: CaseStanding): number => one.tidemark / one.best.delay;
  const slow = cases.filter((one) => ratio(one) > 2);
  const worst = cases.reduce((most, one) => Math.max(most, ratio(one)), 0);
  return [
    '## The two bars',
    '',
    `The best single classical detector is **${single}** (mean ranks: ${classical.map(({ contestant, rank }) => `${contestant} ${rank.toFixed(2)}`).join(', ')}).`,
    '',
    `- Tidemark is at most as slow in ${atMost} of ${cases.length} cases, ${Math.round((100 * atMost) / cases.length)} % (bar: 80 %).`,
    `- Tidemark is more than twice as slow as the best of all others in ${slow.length} of ${cases.length} cases (bar: none); the largest ratio is ${worst.toFixed(2)}.`,
    '',
    ...(slow.length + cases.filter(behind).length === 0
      ? []
      : [
          'Where it is slower, and why: Tidemark spreads its stake over about 160 bets, on spread, shape, tails, missing and unseen values as',
          'well as on the level, which costs it one or two of the twelve nats that an alarm asks for; a detector that looks for the mean alone',
          'does not pay for that, and finds nothing else. It reads slices of ten events, so half a slice is lost at large shifts. In',
          'autocorrelated streams its bets pay for the variance of blocks and its uncertainty, which a knob turned on the very streams need not;',
          'at the end of a six-hour recurrence what is not found waits for the next one.',
          '',
          `| stream | change | Tidemark | ${single} | best of all others |`,
          '|---|---|---|---|---|',
          ...cases
            .filter((one) => behind(one) || ratio(one) > 2)
            .map(
              (one) =>
                `| ${one.family} | ${one.name} | ${whole(one.tidemark)} | ${one.bestSingle === undefined ? 'unfit' : whole(one.bestSingle)} | ${whole(one.best.delay)} (${one.best.contestant})${ratio(one) > 2 ? ' **' : ''}${ratio(one) > 2 ? `${ratio(one).toFixed(1)} times**` : ''} |`,
            ),
          '',
        ]),
  ];
}

function delaySection({ options, fields }: PageInput): string[] {
  const { runsPerCase, horizonHours, falseAlarmsPerWeek } = options;
  return [
    '## Delay of detection',
    '',
    `Events from the change to the alarm, on average over ${runsPerCase} streams, the rest of the window or slice included. Every knob is turned so that there are at`,
    `most ${falseAlarmsPerWeek} false alarms a week and feature on streams of the same family without a change. A change that is not found within ${horizonHours} hours counts`,
    `as ${(horizonHours * eventsPerHour).toLocaleString('en-US')} events; the share that was found stands behind where it is not all. "unfit": no position of the knob has so few false alarms.`,
    `Tidemark, conformal and the rules know ${options.referenceWeeks} weeks of reference; the classical detectors use it to standardise values only, as they are meant to.`,
    '',
    ...fields.flatMap(({ name, description, scores }) => [
      `### ${name}`,
      `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
      '',
      `| change | ${scores.map(({ contestant }) => contestant).join(' | ')} |`,
      `|---|${scores.map(() => '---|').join('')}`,
      ...(scores[0]?.cases ?? []).map(({ name: change }, at) => {
        const fit = scores
          .filter(({ unfit }) => !unfit)
          .map((score) => score.cases[at]?.delay ?? Number.POSITIVE_INFINITY);
        return `| ${change} | ${scores.map((score) => delayCell(score, at, Math.min(...fit))).join(' | ')} |`;
      }),
      '',
    ]),
  ];
}

function delayCell(score: Score, at: number, best: number): string {
  const one = score.cases[at];
  if (score.unfit || one === undefined) return 'unfit';
  const share = one.found < 1 ? ` (${Math.round(one.found * 100)} %)` : '';
  return one.delay === best ? `**${whole(one.delay)}**${share}` : `${whole(one.delay)}${share}`;
}

function knobSection({ fields }: PageInput): string[] {
  const names = fields[0]?.scores.map(({ contestant }) => contestant) ?? [];
  return [
    '## Where the knobs stand',
    '',
    'The knob is: false alarms a week and feature asked for (Tidemark and its parts), values a false alarm (conformal), δ (ADWIN), threshold',
    '(Page–Hinkley), α (KSWIN), the limit of a rule (KS: -log10 p). Behind it the false alarms a week that this gives without a change.',
    '',
    `| | ${fields.map(({ name }) => name).join(' | ')} |`,
    `|---|${fields.map(() => '---|').join('')}`,
    ...names.map(
      (name) =>
        `| ${name} | ${fields
          .map(({ scores }) => scores.find(({ contestant }) => contestant === name))
          .map((score) => `${score?.level.toPrecision(2)}: ${score?.falseAlarmsPerWeek.toFixed(2)}`)
          .join(' | ')} |`,
    ),
  ];
}

function whole(events: number): string {
  return Math.round(events).toLocaleString('en-US');
}

function shortNumber(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(2);
}
