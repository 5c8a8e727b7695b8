import type { Incident } from '../../../actions/incidents/incident.ts';
import { comparisonName } from '../../../actions/monitor/rounds.ts';
import { parseDurationMs } from '../../../common/duration.ts';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { suggestion } from '../../../common/nearest.ts';
import { isOverTime } from '../../../common/over-time.ts';
import type { Judgement } from '../../../common/read-model.ts';
import { parseTimestampMs } from '../../../common/timestamp.ts';
import type { ComparisonConfig, PipelineConfig } from '../../../config/schema.ts';
import type { Reference } from '../../../drift/reference/reference.ts';
import { referenceFromJson } from '../../../drift/reference/reference-json.ts';
import { createExplainStore, type JudgementName } from '../../../store/explain-store.ts';
import { tellJoint } from './tell-joint.ts';
import { tellOverTime } from './tell-over-time.ts';
import { tellPerformance } from './tell-performance.ts';
import { tellSkew } from './tell-skew.ts';
import { tellWindow } from './tell-window.ts';
import { type ExplainBase, missing, type Told, type Worked } from './told.ts';

/** Names that are listed at most. */
const namesMost = 20;

/** Everything behind one judgement, and the incident it was looked up by. */
export interface Explained extends Worked {
  readonly incident: { readonly id: string; readonly title: string } | null;
  /** The incident's other judgements. */
  readonly others: readonly string[];
}

/**
 * Explains a judgement, by its name, or the furthest one behind an incident, by the beginning of its id.
 * @throws NOT_FOUND
 */
export async function explain(base: ExplainBase, asked: string): Promise<Explained> {
  const store = createExplainStore(base.store);
  if (asked.includes('|')) {
    return { incident: null, ...(await explainJudgement(base, nameFrom(asked))), others: [] };
  }
  const incident = await incidentOf(base, asked);
  const evidence = await store.evidence(incident.evidence);
  const own = evidence.filter(({ segment }) => incident.segments.includes(segment));
  const judgement = own[0] ?? evidence[0];
  if (judgement === undefined)
    throw notFound(`no judgement of the incident ${incident.id} is stored`, 'Operational incidents have none');
  return {
    incident: { id: incident.id, title: incident.title },
    judgement,
    ...(await tell(base, judgement)),
    others: evidence.filter((one) => one !== judgement).map(nameOf),
  };
}

function notFound(message: string, cure: string): TidemarkError {
  return new TidemarkError(ErrorCode.NOT_FOUND, message, { cure });
}

function nameOf({ comparison, windowStart, segment, feature }: JudgementName): string {
  return [comparison, new Date(windowStart).toISOString().replace(/\.000Z$/, 'Z'), segment, feature].join('|');
}

async function incidentOf({ store }: ExplainBase, idBegins: string): Promise<Incident> {
  const documents = await createExplainStore(store).incidents(idBegins);
  const [document] = documents;
  if (document === undefined)
    throw notFound(
      `there is no incident ${idBegins}`,
      'List them by tidemark incidents, or name a judgement as COMPARISON|TIME|SEGMENT|FEATURE',
    );
  if (documents.length > 1) throw notFound(`several incidents begin with ${idBegins}`, 'Write more of the id');
  return JSON.parse(document) as Incident;
}

function nameFrom(asked: string): JudgementName {
  const [comparison = '', time = '', segment = '', ...rest] = asked.split('|');
  const windowStart = /^-?\d{9,}$/.test(time) ? Number(time) : parseTimestampMs(time);
  const feature = rest.join('|');
  if (windowStart === undefined || feature === '')
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${asked} names no judgement`, {
      cure: "Write COMPARISON|TIME|SEGMENT|FEATURE, such as 'training:1d|2026-03-01||price'; an empty segment is all events",
    });
  return { comparison, windowStart, segment, feature };
}

/** Works a judgement out again. @throws NOT_FOUND */
export async function explainJudgement(base: ExplainBase, name: JudgementName): Promise<Worked> {
  const reader = createExplainStore(base.store);
  const { windowStart: _, ...key } = name;
  const found = await reader.judgement(name);
  if (found !== undefined) return { judgement: found, ...(await tell(base, found)) };
  const windows = await reader.windowsOf(key);
  const cure =
    windows.length === 0
      ? await whatExists(reader, key)
      : `Its latest windows: ${windows.map((start) => nameOf({ ...key, windowStart: start })).join(', ')}`;
  throw notFound(`there is no judgement ${nameOf(name)}`, cure);
}

/** Of a name that leads nowhere, the first part that does not exist, and what there is. */
async function whatExists(
  { judged }: ReturnType<typeof createExplainStore>,
  { comparison, segment, feature }: Omit<JudgementName, 'windowStart'>,
): Promise<string> {
  const listed = (names: readonly string[]): string =>
    names.length > namesMost
      ? `${names.slice(0, namesMost).join(', ')} and ${names.length - namesMost} more`
      : names.join(', ');
  const comparisons = await judged('comparison', {});
  if (comparisons.length === 0) return 'Nothing was judged yet';
  if (!comparisons.includes(comparison))
    return `There is no comparison ${comparison}${or(comparison, comparisons)} Judged were ${listed(comparisons)}`;
  const features = await judged('feature', { comparison });
  if (!features.includes(feature))
    return `${comparison} has no feature ${feature}${or(feature, features)} Judged were ${listed(features)}`;
  const segments = await judged('segment', { comparison, feature });
  if (!segments.includes(segment)) {
    const names = segments.map((one) => (one === '' ? 'all events (an empty segment)' : one));
    return `${feature} was not judged in ${segment === '' ? 'all events' : segment}${or(segment, segments)} Judged were ${listed(names)}`;
  }
  return 'Nothing of this comparison, segment and feature was judged';
}

function or(asked: string, known: readonly string[]): string {
  return suggestion(asked, known) || '.';
}

async function tell(base: ExplainBase, judgement: Judgement): Promise<Told> {
  const { feature, comparison } = judgement;
  if (feature.startsWith('@performance:')) return tellPerformance(base, judgement);
  const reference = await referenceById(base, judgement.referenceId);
  if (reference === undefined)
    return missing(`its reference ${judgement.referenceId} is not stored, and no file of the pipeline gives it`);
  if (isOverTime(comparison)) return tellOverTime(base, judgement, reference);
  const compared = comparisonNamed(base.config, comparison);
  if (compared === undefined) return missing(`${comparison} is no comparison that this program knows`);
  const asked = { judgement, reference, comparison: compared };
  if (compared.against === 'skew') return tellSkew(base, asked);
  return feature.startsWith('@joint:') ? tellJoint(base, asked) : tellWindow(base, asked);
}

async function referenceById({ store, referenceOfFile }: ExplainBase, id: string): Promise<Reference | undefined> {
  const document = await createExplainStore(store).reference(id);
  if (document !== undefined) return referenceFromJson(document);
  const ofFile = await referenceOfFile();
  return ofFile?.id === id ? ofFile : undefined;
}

/** The comparison of the configuration, or what its name says where the configuration has it no more. */
function comparisonNamed({ drift }: PipelineConfig, name: string): ComparisonConfig | undefined {
  const known = drift.find((comparison) => comparisonName(comparison) === name);
  if (known !== undefined) return known;
  const at = name.indexOf(':');
  const against = name.slice(0, at);
  const window = parseDurationMs(name.slice(at + 1).replaceAll(' ', ''));
  if (window === undefined || (against !== 'training' && against !== 'previous')) return undefined;
  return { against, window, segments: true };
}
