import type { Alarm } from './alarm.ts';

/**
 * Alarms of one window without names that others deny: a few events of a segment may look like another unit, where many more of the same
 * feature, multiplied too, show that it is another factor. What they say of themselves stays; they name nothing.
 */
export function withoutContradicted(alarms: readonly Alarm[]): readonly Alarm[] {
  return alarms.map((alarm) => {
    const { story } = alarm.judgement.detail;
    if (story?.kind !== 'unit' || story.measured === undefined) return alarm;
    const denied = alarms.some(({ judgement }) => {
      const { feature, nCurrent, detail } = judgement;
      if (feature !== alarm.judgement.feature || nCurrent <= alarm.judgement.nCurrent) return false;
      return detail.story?.kind === 'scale' && (story.factor < detail.story.low || story.factor > detail.story.high);
    });
    return denied ? { ...alarm, cause: 'drift', causeKey: 'drift' } : alarm;
  });
}
