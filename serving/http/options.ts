import type { Backtest, BudgetInForce } from '../../common/backtest.ts';
import type { ExplainedJudgement } from '../../common/explained.ts';
import type { EventIntake } from '../../common/intake.ts';
import type { LiveFeed } from '../../common/live.ts';
import type { Clock, Logger } from '../../common/ports.ts';
import type { IntakeSource, ReadModel } from '../../common/read-model.ts';

/** What people may do from the console or the API. Each throws NOT_FOUND where the subject is unknown. */
export interface OperatorActions {
  acknowledge(incidentId: string, note: string): Promise<void>;
  snooze(incidentId: string, durationMs: number, note: string): Promise<void>;
  close(incidentId: string, note: string): Promise<void>;
  /** Makes the version champion. */
  promote(model: string, version: string, note: string): Promise<void>;
  /** Makes the champion before this one champion again. */
  rollback(model: string, note: string): Promise<void>;
}

/** How windows are judged: the budget that is in force, what another would have given, and how a judgement came about. */
export interface JudgingDesk {
  readonly budget: BudgetInForce;
  /** Judges the stored windows again; what is left out is as in force. Throws CONFIG_INVALID, NOT_FOUND. */
  backtest(asked: {
    readonly falseAlarmsPerWeek?: number;
    readonly minEffect?: number;
    readonly fromMs?: number;
    readonly toMs?: number;
  }): Promise<Backtest>;
  /** Works a judgement out again. Throws NOT_FOUND. */
  explain(asked: {
    readonly comparison: string;
    readonly segment: string;
    readonly feature: string;
    readonly windowStart: number;
  }): Promise<ExplainedJudgement>;
}

/** The page, its script and its style, as `dashboards/web/build.ts` makes them. */
export interface ConsoleAssets {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

export interface HttpServerOptions {
  readonly pipeline: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly console: ConsoleAssets;
  readonly readModel: ReadModel;
  /** Pipelines that take events by HTTP. */
  readonly intakes: ReadonlyMap<string, EventIntake>;
  /** How this process reads from brokers at this moment; absent where no worker runs in it. */
  readonly intakeSources?: () => readonly IntakeSource[];
  readonly metrics: { text(): Promise<string> };
  readonly actions: OperatorActions;
  readonly judging: JudgingDesk;
  readonly live: LiveFeed;
  readonly logger: Logger;
  readonly clock: Clock;
  /** False while the store does not answer: events are refused at once with 503. Default: always up. */
  readonly storeUp?: () => boolean;
  /** A request must have come in whole within so long. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /** A producer waits at most so long for its events to be stored, then gets 503. Default 30,000. */
  readonly answerTimeoutMs?: number;
  /** Names by which the server may be called besides those of the loopback; only looked at when bound to it. */
  readonly allowedHosts?: readonly string[];
}
