// Times as the server wrote them become local ones, with UTC in the tooltip.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

function age(from) {
  const s = Math.max(0, (Date.now() - from) / 1000);
  if (s < 60) return 'now';
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  if (s < 86400 * 60) return `${Math.floor(s / 86400)} d`;
  return `${Math.floor(s / 86400 / 30.44)} months`;
}

export function times(within = document) {
  const today = day.format(Date.now());
  for (const el of within.querySelectorAll('time[datetime]')) {
    const at = new Date(el.dateTime);
    let text = age(at);
    if (!el.classList.contains('age')) {
      const far = Math.abs(Date.now() - at) > 300 * 86400e3;
      text = far ? el.dateTime.slice(0, 10) : (day.format(at) === today ? '' : `${day.format(at)}, `) + clock.format(at);
    }
    if (el.textContent !== text) el.textContent = text;
  }
}
