import { randomUUID } from 'node:crypto';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { silentLogger } from '../../common/ports.ts';
import type { PartEnd, ReplaySelection, ReplayStore, SelectedLetter } from '../../common/replay.ts';
import type { KafkaSourceConfig, PipelineConfig } from '../../config/schema.ts';
import { replayToFile, settleFiles } from '../../consumers/file/replay-file.ts';
import { topicsOf } from '../../consumers/kafka/client.ts';
import { createOutputClient, type OutputClient } from '../../consumers/kafka/outgoing/client.ts';
import { openTopicReplay, type TopicReplay } from '../../consumers/kafka/replay.ts';
import { partsOf } from './parts.ts';

export interface ReplayOptions {
  readonly config: PipelineConfig;
  /** What relative paths of the configuration start from. */
  readonly directory: string;
  readonly store: ReplayStore;
  readonly selection: ReplaySelection;
  /** A new file to write to, instead of topics. */
  readonly out?: string;
  readonly interrupted?: PartEnd;
  /** How brokers are reached; default: as the source does. */
  readonly clientOf?: (kafka: KafkaSourceConfig) => OutputClient;
}

export interface ReplayResult {
  /** Names the replay in headers; absent where nothing was sent. */
  readonly replay?: string;
  readonly selected: readonly { readonly reason: string; readonly path: string; readonly letters: number }[];
  readonly sent: number;
  readonly targets: readonly string[];
  readonly leftOut: {
    readonly cut: number;
    readonly tooLarge: number;
    readonly empty: number;
    readonly noTopic: number;
  };
}

export interface Replay {
  /** What would be sent. */
  preview(): Promise<ReplayResult>;
  /** @throws TidemarkError REPLAY_REFUSED, OUTPUT_UNAVAILABLE, FILE_UNREADABLE */
  run(): Promise<ReplayResult>;
}

/** Sends a selection of dead letters again. */
export function openReplay({ config, store, selection, out, interrupted, ...rest }: ReplayOptions): Replay {
  const clientOf =
    rest.clientOf ??
    ((connection) => createOutputClient({ connection, directory: rest.directory, logger: silentLogger }));
  const kafkaOf = new Map<string, KafkaSourceConfig>();
  for (const kafka of [config.source.kafka, config.labels?.source.kafka])
    if (kafka !== undefined) for (const topic of topicsOf(kafka)) kafkaOf.set(topic, kafka);

  function sort(letters: readonly SelectedLetter[]) {
    const whole = letters.filter(({ cut }) => !cut);
    const going = whole.filter(({ source, absent, bytes }) =>
      out === undefined ? kafkaOf.has(source) : !absent && bytes > 0,
    );
    const rest = whole.length - going.length;
    const groups = new Map<string, { reason: string; path: string; letters: number }>();
    for (const { reason, path } of letters) {
      const key = JSON.stringify([reason, path]);
      const group = groups.get(key) ?? { reason, path, letters: 0 };
      group.letters++;
      groups.set(key, group);
    }
    return {
      going,
      selected: [...groups.values()].sort((a, b) => b.letters - a.letters),
      leftOut: {
        cut: letters.length - whole.length,
        tooLarge: 0,
        empty: out === undefined ? 0 : rest,
        noTopic: out === undefined ? rest : 0,
      },
    };
  }

  async function toTopics(id: string): Promise<ReplayResult> {
    const wanted = new Set(sort(await store.select(selection)).going.map(({ source }) => source));
    const replays = new Map<string, TopicReplay>();
    try {
      for (const topic of wanted) {
        const kafka = kafkaOf.get(topic) as KafkaSourceConfig;
        const client = clientOf(kafka);
        const common = { pipeline: config.pipeline, client, brokers: kafka.brokers, topic, store, now: Date.now };
        replays.set(topic, await openTopicReplay(interrupted === undefined ? common : { ...common, interrupted }));
      }
      // Anew: what another replay had sent is known only now that it can send no more.
      const { going, selected, leftOut } = sort(await store.select(selection));
      let sent = 0;
      let tooLarge = 0;
      for (const part of partsOf(going, id)) {
        const replay = replays.get(part.source);
        if (replay === undefined) continue;
        const done = await replay.send({ ...part, target: part.source });
        sent += done.sent;
        tooLarge += done.tooLarge.length;
      }
      return { replay: id, selected, sent, targets: [...wanted], leftOut: { ...leftOut, tooLarge } };
    } finally {
      for (const replay of replays.values()) await replay.close();
    }
  }

  return {
    async preview() {
      const { selected, leftOut } = sort(await store.select(selection));
      return { selected, sent: 0, targets: [], leftOut };
    },
    async run() {
      const id = randomUUID();
      await settleFiles(store);
      const { going, selected, leftOut } = sort(await store.select(selection));
      if (going.length === 0) {
        if (leftOut.noTopic > 0) throw noTopic(leftOut.noTopic, config);
        return { selected, sent: 0, targets: [], leftOut };
      }
      if (out === undefined) return toTopics(id);
      const sent = await replayToFile({ file: out, parts: [...partsOf(going, id)], store });
      return { replay: id, selected, sent, targets: [out], leftOut };
    },
  };
}

function noTopic(letters: number, { pipeline, server }: PipelineConfig): TidemarkError {
  const url = `http://${server.host}:${server.port}/v1/pipelines/${pipeline}/events`;
  return new TidemarkError(
    ErrorCode.REPLAY_REFUSED,
    `${letters} dead letters came from a file or by HTTP, where nothing can be sent back to`,
    {
      place: `pipeline ${pipeline}`,
      cure: `Write them to a file with --out letters.ndjson, and send that: curl -H 'content-type: application/x-ndjson' --data-binary @letters.ndjson ${url}`,
    },
  );
}
