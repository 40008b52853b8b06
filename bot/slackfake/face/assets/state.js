// What the page knows: the workspace as the stream tells it, and where the person is.

import { $, toast } from './dom.js';

export const settings = JSON.parse($('app').dataset.settings);

export const state = {
  me: sessionStorage.getItem('as') || 'U0ALICE',
  work: null, // null until the stream has told
  messages: new Map(),
  modal: null,
  home: null,
  place: settings.channel, // a channel's id, or home
  thread: null, // {channel, ts}
  look: null, // {key, end}: a reply to be scrolled to, its beginning or its end
  unread: new Map(), // channel to how many
  live: false,
};

const listeners = [];
export const onChange = (f) => listeners.push(f);
let due = 0;

// changed draws once per frame, however much has changed.
export function changed() {
  if (due) return;
  const draw = () => { due = 0; listeners.forEach((f) => f()); };
  due = document.hidden ? setTimeout(draw, 50) : requestAnimationFrame(draw);
}

// who answers for the names in a text.
export const who = {
  get me() { return state.me; },
  find: (id) => state.work?.users.find((u) => u.id === id),
  user: (id) => who.find(id)?.name,
  channel: (id) => state.work?.channels.find((c) => c.id === id)?.name,
  group: (id) => state.work?.groups.find((g) => g.id === id)?.handle,
  inGroup: () => true,
  people: () => (state.work?.users ?? []).filter((u) => !u.bot),
};

export const dm = () => state.work?.channels.find((c) => c.im)?.id;

// --- the stream ----------------------------------------------------------------

let source = null;

export function follow() {
  source?.close();
  source = new EventSource(`/slack/stream?as=${encodeURIComponent(state.me)}`);
  source.onopen = () => { state.live = true; $('stale').hidden = true; };
  source.onerror = () => { state.live = false; $('stale').hidden = false; };
  source.onmessage = (ev) => apply(JSON.parse(ev.data));
}

function apply(u) {
  $('stale').hidden = true;
  if (u.reset) { state.messages.clear(); state.home = null; state.modal = null; }
  if (u.work) state.work = u.work;
  for (const m of u.messages ?? []) {
    if (!u.reset && !state.messages.has(m.key) && m.user !== state.me && away(m)) state.unread.set(m.channel, (state.unread.get(m.channel) ?? 0) + 1);
    state.messages.set(m.key, m);
  }
  for (const key of u.gone ?? []) state.messages.delete(key);
  if (u.surface) { state.modal = u.surface.modal; state.home = u.surface.home; }
  changed();
}

const away = (m) => m.channel !== state.place && !(m.thread && m.thread !== m.ts && !m.broadcast);

export function become(id) {
  state.me = id;
  sessionStorage.setItem('as', id);
  state.work = state.home = state.modal = null;
  state.messages.clear();
  state.unread.clear();
  if (state.place === 'home' || state.place.startsWith('D')) go(settings.channel);
  state.thread = null;
  follow();
}

// --- what people do --------------------------------------------------------------

export async function act(name, deed) {
  try {
    const answer = await fetch(`/slack/${name}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ as: state.me, ...deed }),
    });
    if (!answer.ok) throw new Error(answer.status);
    const out = await answer.json();
    if (out.error) toast(out.error);
    return out;
  } catch {
    toast('Not sent: the demo does not answer.');
    return { error: 'out of reach' };
  }
}

// --- where the person is ----------------------------------------------------------

export function pane(name) {
  $('app').dataset.pane = name;
  $('toasts').replaceChildren(); // what was to be seen there is seen
  changed();
}

export function go(place, thread = null) {
  state.place = place;
  state.thread = thread;
  state.unread.delete(place);
  history.replaceState(null, '', `#${place}${thread ? `/${thread.ts}` : ''}`);
  pane(thread ? 'thread' : 'chat');
}

export function openThread(channel, ts) { go(state.place === channel || !state.work ? state.place : channel, { channel, ts }); }
