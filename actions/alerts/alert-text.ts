import type { AlertMessage } from './alert.ts';

const subjectMaxLength = 120;

/** One line without control characters: what a header and a list can hold. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

export function subjectOf(message: AlertMessage): string {
  const subject = oneLine(`[${message.pipeline}] ${message.severity}: ${message.title}`);
  return subject.length <= subjectMaxLength ? subject : `${subject.slice(0, subjectMaxLength - 1)}…`;
}

/** Label and value of every line; an empty list of texts gives none. */
function facts(message: AlertMessage): readonly (readonly [label: string, value: string])[] {
  return [
    ['What', `${message.title} (${message.action})`],
    ['Where', message.segment === '' ? `${message.pipeline}, all events` : `${message.pipeline}, ${message.segment}`],
    ['Features', message.features.join(', ')],
    ['Since', new Date(message.openedAtMs).toISOString()],
    ['Severity', message.severity],
    ['Cause', message.cause],
    ...message.numbers.map(({ label, value }) => [label, value] as const),
    ...message.done.map((sentence) => ['Done', sentence] as const),
    ['Incident', message.incidentId],
  ]
    .filter(([, value]) => value !== '')
    .map(([label, value]) => [oneLine(label as string), oneLine(value as string)] as const);
}

export function plainTextOf(message: AlertMessage): string {
  const lines = facts(message).map(([label, value]) => `${label}: ${value}`);
  if (message.consoleUrl !== undefined) lines.push('', oneLine(message.consoleUrl));
  return `${lines.join('\n')}\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (found) => entities[found] as string);

export function htmlOf(message: AlertMessage): string {
  const rows = facts(message)
    .map(
      ([label, value]) =>
        `<tr><th align="left" style="padding:2px 16px 2px 0;vertical-align:top;white-space:nowrap">${escapeHtml(label)}</th>` +
        `<td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
    )
    .join('\n');
  const { consoleUrl } = message;
  // Only http and https become links: anything else in an href could run.
  const link =
    consoleUrl !== undefined && /^https?:\/\//.test(consoleUrl)
      ? `<p><a href="${escapeHtml(consoleUrl)}">Open the incident</a></p>\n`
      : '';
  return `<!doctype html>
<html lang="en"><body style="font-family:sans-serif;font-size:14px">
<h1 style="font-size:18px">${escapeHtml(oneLine(message.title))}</h1>
<table>
${rows}
</table>
${link}</body></html>
`;
}
