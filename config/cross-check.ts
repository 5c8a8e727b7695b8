import { formatDuration } from '../common/duration.ts';
import { ErrorCode } from '../common/error.ts';
import { type FileProblem, problemsError, type YamlFile } from '../common/yaml-file.ts';
import type { PipelineConfig } from './schema.ts';

/** What a schema cannot see: names that lead nowhere, windows that no panes add up to. Throws CONFIG_INVALID with every line. */
export function crossCheck(config: PipelineConfig, yaml: YamlFile, place: string): void {
  const problems: FileProblem[] = [];
  const say = (path: readonly (string | number)[], reason: string) =>
    problems.push({ ...yaml.locate(path), path: path.join('.'), reason });
  const { pane } = config.windows;
  config.drift.forEach(({ window }, at) => {
    if (window % pane !== 0)
      say(['drift', at, 'window'], `${formatDuration(window)} is no multiple of the pane (${formatDuration(pane)})`);
  });
  config.segments.forEach((segment, at) => {
    const length = segment.pane ?? pane;
    if (length % pane !== 0)
      say(['segments', at, 'pane'], `expected a multiple of windows.pane (${formatDuration(pane)})`);
    config.drift.forEach(({ window, segments }) => {
      if (segments && window % length !== 0) {
        say(
          ['segments', at, 'pane'],
          `a window of ${formatDuration(window)} is no multiple of it; write segments: false there, or a shorter pane here`,
        );
      }
    });
  });
  const models = new Set(config.models.map(({ name }) => name));
  const channels = new Set(config.alerts.map(({ name }) => name));
  config.models.forEach(({ name }, at) => {
    if (config.models.findIndex((other) => other.name === name) < at)
      say(['models', at, 'name'], `the model ${name} stands twice`);
  });
  config.alerts.forEach(({ name, mail, webhook }, at) => {
    if (mail === undefined && webhook === undefined) say(['alerts', at], `the channel ${name} needs mail or webhook`);
  });
  config.actions.forEach(({ alert = [], retrain }, at) => {
    for (const name of alert)
      if (!channels.has(name)) say(['actions', at, 'alert'], `there is no alert channel ${name}`);
    if (retrain === undefined) return;
    const model = config.models.find(({ name }) => name === retrain);
    if (!models.has(retrain)) say(['actions', at, 'retrain'], `there is no model ${retrain}`);
    else if (model?.retrain === undefined)
      say(['actions', at, 'retrain'], `the model ${retrain} has no retrain section`);
    if (config.labels === undefined) say(['actions', at, 'retrain'], 'retraining needs labels');
  });
  if (config.labels !== undefined && config.event.id === undefined)
    say(['event'], 'labels need event.id: that is how they find their event');
  if (problems.length > 0) throw problemsError(problems, place, ErrorCode.CONFIG_INVALID);
}
