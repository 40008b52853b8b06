// The pages are complete as the server renders them. This follows the feed and,
// when something changed, fetches the same page again and takes over the parts
// that differ. No string from anywhere ever becomes markup here: the browser
// parses the server's own page, where scripts are dead and text is text.

import { times } from './times.js';
import { wire } from './act.js';

document.documentElement.classList.add('js');

const $ = (id) => document.getElementById(id);
let shown = document.cloneNode(true); // the page as the server last gave it

const exact = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

// --- taking over what changed ----------------------------------------------

function apply(next) {
  document.title = next.title;
  for (const part of next.querySelectorAll('[data-live]')) {
    const here = $(part.id);
    const before = shown.getElementById(part.id);
    if (here && !before?.isEqualNode(part)) sync(here, part, before);
  }
  shown = next;
  times();
  if (lost) { lost = false; waiting.clear(); delete shown.getElementById('rows').dataset.stamp; refresh(); }
}

// sync brings a list to its next state, touching only the members that changed,
// so that what a person has open or is typing stays.
function sync(here, part, before) {
  const members = [...part.children];
  if (!members.length || members.some((m) => !m.id)) {
    here.replaceChildren(...[...part.childNodes].map((n) => document.importNode(n, true)));
    return;
  }
  if (here.id === 'rows' && hold(here, part, members)) return;
  const kept = new Set(members.map((m) => m.id));
  for (const el of [...here.childNodes]) if (!kept.has(el.id)) el.remove();
  let at = here.firstElementChild;
  for (const m of members) {
    const was = $(m.id);
    const el = bring(here, m, before);
    if (at && at === was) at = el; // it was replaced where it stood
    if (!el) continue;
    if (el === at) at = at.nextElementSibling;
    else if (at && at.nextElementSibling === el) at = el.nextElementSibling; // what is between comes later
    else here.insertBefore(el, at);
  }
}

// bring makes a member of a list what it is now, and returns it.
function bring(here, m, before) {
  let el = $(m.id);
  const there = el && el.parentNode === here;
  if (m.dataset.v !== undefined) { // a row says by a sum how it looks
    if (there && el.dataset.v === m.dataset.v) return el;
    if (m.dataset.same !== undefined) {
      const full = waiting.get(m.id) ?? (el?.dataset.v === m.dataset.v ? el : null);
      if (!full || full.dataset.v !== m.dataset.v) { lost = true; return there ? el : null; }
      m = full;
    }
    waiting.delete(m.id);
  } else if (there && before?.querySelector(`#${CSS.escape(m.id)}`)?.isEqualNode(m)) {
    return el;
  }
  if (!there) return fresh(m);
  const old = el;
  el = fresh(m);
  old.querySelectorAll('details').forEach((d, i) => {
    const now = el.querySelectorAll('details')[i];
    if (now && d.open && d.className === now.className) now.open = true;
  });
  const at = document.activeElement;
  const focused = old.contains(at);
  const typed = [...old.querySelectorAll('input, textarea, select')].map((f) => [f, twin(f, el)]).filter(([, now]) => now);
  old.replaceWith(el);
  for (const [f, now] of typed) {
    now.value = f.value;
    if (f instanceof HTMLSelectElement) now.dispatchEvent(new Event('change', { bubbles: true })); // shows what goes with it
  }
  const same = typed.find(([f]) => f === at)?.[1];
  if (same) {
    same.focus({ preventScroll: true });
    if (at.selectionStart != null) same.setSelectionRange(at.selectionStart, at.selectionEnd);
  } else if (focused) focusOn(el);
  return el;
}

// twin is the field of what a member is now that a field of what it was became.
function twin(f, el) {
  if (f.id) return el.querySelector(`#${CSS.escape(f.id)}`);
  return [...el.querySelectorAll(`[name="${f.name}"]`)].find((now) => now.form?.dataset.send === f.form?.dataset.send);
}

// --- who has scrolled keeps the place: what is new waits behind a pill ---------

const waiting = new Map(); // rows that came while the list was held, by id
let held = null; // the list as it will be
let lost = false; // a row that the server takes for known is not here

const scrolled = () => scrollY > 120 || (document.querySelector('.list')?.scrollTop ?? 0) > 120;

function hold(here, part, members) {
  if (!scrolled()) { release(true); return false; }
  held = part;
  let n = 0;
  for (const m of members) {
    const el = $(m.id);
    if (el?.parentNode === here) {
      bring(here, m, null);
    } else {
      n += 1;
      if (m.dataset.same === undefined) waiting.set(m.id, m);
    }
  }
  const pill = $('pill');
  pill.hidden = n === 0;
  pill.textContent = `${n} new`;
  return true;
}

function release(quiet = false) {
  $('pill').hidden = true;
  const part = held;
  held = null;
  if (part && !quiet) sync($('rows'), part, null);
}

$('pill').addEventListener('click', () => {
  document.querySelector('.list').scrollTo({ top: 0 });
  scrollTo({ top: 0 });
  release();
});
const back = () => { if (held && !scrolled()) release(); };
addEventListener('scroll', back, { passive: true });
document.querySelector('.list').addEventListener('scroll', back, { passive: true });

function fresh(m) {
  const el = document.importNode(m, true);
  el.classList.add('changed');
  return el;
}

function focusOn(el) {
  const target = el.querySelector('a, button, summary, input') ?? el;
  if (target === el) el.tabIndex = -1;
  target.focus({ preventScroll: true });
}

let fetching = false;
let again = false;
let last = 0;
let took = 0; // to get the page: a server that is busy is asked less often
let timer = 0;
let cause = null; // the event that made us fetch, null for what is not an event

// refresh fetches the page at most a few times a second, however much happens.
// For an event, a page that the server made since is good enough.
function refresh(event = null, wait = 0) {
  cause = event;
  if (fetching) { again = true; return; }
  const pause = Math.max(wait, last + Math.max(4 * took, document.hidden ? 5000 : 400) - performance.now());
  clearTimeout(timer);
  timer = setTimeout(load, Math.max(0, pause));
}

function load() {
  fetching = true;
  last = performance.now();
  const x = new XMLHttpRequest();
  x.open('GET', location.pathname + location.search);
  x.responseType = 'document';
  x.timeout = 15000;
  x.setRequestHeader('Accept', 'text/html');
  if (cause !== null) x.setRequestHeader('X-After', cause);
  const stamp = shown.getElementById('rows')?.dataset.stamp;
  if (stamp) x.setRequestHeader('X-Rows', stamp); // so that only the rows come that changed
  x.onloadend = () => {
    fetching = false;
    took = Math.min(2000, performance.now() - last);
    if (new URL(x.responseURL || location.href).pathname === '/login') location.reload();
    if (x.status === 200 && x.response) apply(x.response);
    if (polling && seq === null) polled(x.status === 200);
    if (again) { again = false; refresh(cause); }
  };
  x.send();
}

// --- the feed ----------------------------------------------------------------

let socket = null;
let seq = null; // of the last event that was seen
let heard = Date.now();
let tries = 0;
let polling = 0;

function status(name, text) {
  const el = $('link');
  el.hidden = false;
  el.className = `link-state is-${name}`;
  el.lastElementChild.textContent = text;
  const stale = $('stale');
  stale.hidden = name !== 'stale';
  if (name === 'stale') stale.textContent = `Stale since ${exact.format(heard)}. Reconnecting.`;
}

function connect() {
  const url = new URL('/ws/incidents', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (seq !== null) url.searchParams.set('after', seq);
  const s = new WebSocket(url);
  let beat = 0;
  socket = s;
  s.onopen = () => {
    tries = 0;
    clearInterval(polling);
    polling = 0;
    heard = Date.now();
    status('live', 'Live');
    refresh(); // what happened before this connection
    beat = setInterval(() => {
      if (Date.now() - heard > 40000) s.close(); // half open: nobody is there
      else s.send('{"type":"ping"}');
    }, 15000);
  };
  s.onmessage = (m) => {
    heard = Date.now();
    const ev = JSON.parse(m.data);
    if (ev.type === 'pong') return;
    // Seen already, unless it says where to go on: a store that took the place of
    // another counts from the beginning.
    if (seq !== null && ev.seq <= seq && ev.type !== 'system') return;
    seq = ev.seq;
    refresh(seq, 50);
  };
  s.onclose = () => {
    clearInterval(beat);
    socket = null;
    if (!polling) status('stale', 'Stale');
    if (++tries >= 3 && !polling) polling = setInterval(poll, 5000);
    // Full jitter: a server that comes back is not met by everybody at once.
    setTimeout(connect, 100 + Math.random() * Math.min(15000, 250 * 2 ** tries));
  };
}

// poll stands in where a proxy lets no WebSocket through. Who has never had one
// knows of no event, and gets the page itself each time.
async function poll() {
  if (seq === null) { refresh(); return; }
  try {
    const answer = await fetch(`/api/v1/events?after=${seq}`);
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const { events } = await answer.json();
    if (events.length) {
      seq = events.at(-1).seq;
      refresh(seq);
    }
    polled(true);
  } catch {
    polled(false);
  }
}

function polled(ok) {
  if (socket?.readyState === WebSocket.OPEN) return;
  if (ok) heard = Date.now();
  status(ok ? 'polling' : 'stale', ok ? 'Every 5 s' : 'Stale');
}

// --- what people do ------------------------------------------------------------

wire(() => refresh());

document.addEventListener('change', (e) => {
  if (e.target.name === 'reason' && e.target.form) {
    for (const l of e.target.form.querySelectorAll('[data-for]')) {
      l.hidden = l.dataset.for !== e.target.value;
      for (const f of l.querySelectorAll('input, textarea')) f.disabled = l.hidden;
    }
  }
});

document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });

times();
setInterval(times, 15000);
connect();
