// The first minute: four steps, each ticked by what really happened.

import { h, icon } from './dom.js';
import { fire } from './alerts.js';
import { changed, go, openThread, settings, state } from './state.js';
import { replies, timeline } from './messages.js';

const seen = { fired: null, read: false, approved: false, resolved: null };

// about finds the message of an incident, by the buttons it has or had.
function about(id) {
  const named = (m) => m.bot && !m.only && JSON.stringify([m.text, m.blocks]).includes(id);
  return timeline(settings.channel).find((m) => named(m) && (!m.thread || m.thread === m.ts));
}

const advice = (m) => (m.blocks ?? []).some((b) => (b.elements ?? []).some((e) => /^decision_/.test(e.action_id ?? '')));

function goThere(end) {
  const m = seen.fired && about(seen.fired);
  if (!m) return;
  openThread(m.channel, m.ts);
  const told = replies(m.channel, m.ts).find(advice);
  if (told) state.look = { key: told.key, end };
}

function showIt() {
  go(settings.channel);
  const m = seen.fired && about(seen.fired);
  if (m) document.querySelector(`[data-key="${m.key}"]`)?.scrollIntoView({ block: 'center' });
}

const steps = [
  { name: 'Fire an alert', done: () => !!seen.fired, does: 'Database timeouts on checkout, as Alertmanager would tell of them.', action: 'Fire it', do: () => fire(0) },
  { name: 'Read the advice', done: () => seen.read, does: 'In the alert’s thread: what it resembles, what worked then, and how sure that is.', action: 'Open the thread', do: () => goThere(false) },
  { name: 'Approve it', done: () => seen.approved, does: 'One click. Your choice is on record; rof changes nothing by itself.', action: 'Show me', do: () => goThere(true) },
  { name: 'Resolve it', done: () => !!seen.resolved, does: 'In the channel: Acknowledge, then Resolve, and say what fixed it.', action: 'Show me', do: showIt },
];

let ask = () => {};
let drawn = '';

// drawGuide shows the step that is next; the others are a line each.
export function drawGuide(el) {
  const open = !document.hidden && seen.fired && state.thread;
  if (open && about(seen.fired)?.ts === open.ts && replies(open.channel, open.ts).some(advice)) seen.read = true;
  const next = steps.findIndex((s) => !s.done());
  const now = JSON.stringify([next, seen, steps.map((s) => s.done())]);
  if (now === drawn) return;
  drawn = now;
  const end = next < 0 && h('div', { class: 'after' },
    h('p', null, h('b', null, seen.resolved.id), ` is history now${seen.resolved.fix ? `, with “${seen.resolved.fix}”` : ''}. The next one like it is told so.`),
    h('button', { type: 'button', class: 'btn small primary', 'data-step': 'again', click: () => ask(seen.resolved) }, 'Ask again'));
  el.replaceChildren(h('h2', { class: 'cap' }, next < 0 ? 'That was the first minute' : 'The first minute'),
    h('ol', null, steps.map((s, n) => h('li', { class: s.done() ? 'done' : n === next ? 'now' : '', 'aria-current': n === next ? 'step' : undefined },
      h('span', { class: 'tick', 'aria-hidden': 'true' }, s.done() ? icon('check') : String(n + 1)),
      h('div', null, h('b', null, s.name, s.done() && h('span', { class: 'hidden' }, ', done')),
        n === next && [h('p', null, s.does), h('button', { type: 'button', class: 'btn small primary', 'data-step': n, click: s.do }, s.action)])))), end || []);
}

// hear takes the feed's events: what happened, whoever made it happen.
function hear(ev) {
  const d = ev.data ?? {};
  if (ev.type === 'incident' && !d.seed && !d.historical && d.id) {
    if (d.status !== 'resolved' && !seen.fired) seen.fired = d.id;
    if (d.status === 'resolved' && d.reason === 'fixed' && !seen.resolved) seen.resolved = { id: d.id, fix: d.resolution, type: d.error_type, service: d.service, spike: d.spike_percentage };
  }
  if (ev.type === 'review' && d.verdict === 'approve') seen.approved = seen.read = true;
  changed();
}

let after = 0;
export function listen(again) {
  ask = again;
  const url = new URL(settings.feed, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('after', after);
  const s = new WebSocket(url);
  s.onmessage = (m) => {
    const ev = JSON.parse(m.data);
    if (ev.seq > after) after = ev.seq;
    hear(ev);
  };
  s.onclose = () => setTimeout(() => listen(again), 1500);
}

