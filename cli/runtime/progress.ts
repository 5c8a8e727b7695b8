import type { Runtime } from './runtime.ts';

/** One line on a terminal, written anew twice a second: rate, event time, lag, alarms. Nothing where nobody looks. */
export function showProgress(runtime: Runtime, stream: NodeJS.WriteStream): () => void {
  if (!stream.isTTY) return () => {};
  const { store } = runtime.base;
  const startedMs = performance.now();
  let last: { readonly read: number; readonly atMs: number } | undefined;
  let line = '';
  let asking = false;
  const timer = setInterval(async () => {
    if (asking) return;
    asking = true;
    try {
      const [row] = await store.query<{ read: string; watermark: string }>(
        `SELECT sum(read) AS read, toString(max(watermark)) AS watermark FROM \`${store.database}\`.chunks FINAL WHERE role = 'events'`,
      );
      const read = Number(row?.read ?? 0);
      const atMs = performance.now();
      const rate = last === undefined ? 0 : ((read - last.read) / (atMs - last.atMs)) * 1000;
      last = { read, atMs };
      const incidents = runtime.monitor.state.incidents.open.length;
      const parts = [
        `${Math.round((atMs - startedMs) / 1000)}s`,
        `${read.toLocaleString('en-US')} events`,
        `${Math.round(rate).toLocaleString('en-US')}/s`,
        `event time ${row?.watermark.slice(0, 16) ?? '-'}`,
        incidents === 0 ? 'all quiet' : `${incidents} incident${incidents === 1 ? '' : 's'} open`,
      ];
      line = parts.join('  ·  ').slice(0, stream.columns - 1);
      stream.write(`\r\x1b[2K${line}`);
    } catch {
      // The line is for looking at: a store that does not answer is reported by those who need it.
    } finally {
      asking = false;
    }
  }, 1000);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (line !== '') stream.write('\r\x1b[2K');
  };
}
