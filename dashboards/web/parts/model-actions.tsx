import { useState } from 'preact/hooks';
import type { Model } from '../../../common/read-model.ts';
import { post } from '../api.ts';

interface Choice {
  readonly label: string;
  readonly path: string;
}

/** Promotion and rollback by hand, asked twice. */
export function ModelActions({ model }: { readonly model: Model }) {
  const [chosen, choose] = useState<Choice>();
  const [outcome, setOutcome] = useState('');
  const base = `/models/${encodeURIComponent(model.model)}`;
  const choices: Choice[] = model.versions
    .filter(({ role }) => role === 'challenger' || role === 'canary')
    .map(({ version }) => ({
      label: `Promote ${version}`,
      path: `${base}/versions/${encodeURIComponent(version)}/promote`,
    }));
  if (model.versions.some(({ role }) => role === 'retired'))
    choices.push({ label: 'Roll back', path: `${base}/rollback` });
  if (choices.length === 0) return null;
  const run = async ({ path }: Choice): Promise<void> => {
    choose(undefined);
    try {
      await post(path, { note: 'by hand, in the console' });
      setOutcome('Done.');
    } catch (error) {
      setOutcome(`Not done: ${error instanceof Error ? error.message : error}`);
    }
  };
  return (
    <div class="operate">
      {chosen === undefined ? (
        choices.map((choice) => (
          <button type="button" key={choice.path} onClick={() => choose(choice)}>
            {choice.label}
          </button>
        ))
      ) : (
        <>
          <span>{chosen.label} now?</span>
          <button type="button" class="sure" onClick={() => void run(chosen)}>
            Yes
          </button>
          <button type="button" onClick={() => choose(undefined)}>
            No
          </button>
        </>
      )}
      <span role="status">{outcome}</span>
    </div>
  );
}
