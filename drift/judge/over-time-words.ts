const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Tue 6 Mar 14:00`, UTC. */
export function momentText(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${days[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** `has been rising since Tue 6 Mar 14:00`: one clause of what a score's move means, without the feature's name. */
export function changeText(change: { readonly score: string; readonly up: boolean; readonly sinceMs: number }): string {
  const { score, up } = change;
  const since = `since ${momentText(change.sinceMs)}`;
  if (score.startsWith('= ')) return `has ${score.slice(2)} ${up ? 'more' : 'less'} often ${since}`;
  switch (score) {
    case 'level':
      return `has been ${up ? 'rising' : 'falling'} ${since}`;
    case 'spread':
      return `has been ${up ? 'more' : 'less'} spread out ${since}`;
    case 'tails':
      return `has had ${up ? 'more' : 'fewer'} extreme values ${since}`;
    case 'missing':
      return `has been missing ${up ? 'more' : 'less'} often ${since}`;
    case 'invalid':
      return `has been invalid ${up ? 'more' : 'less'} often ${since}`;
    case 'unseen':
      return `has had ${up ? 'more' : 'fewer'} values that the reference does not know ${since}`;
    default:
      return `has had another shape ${since}`;
  }
}
