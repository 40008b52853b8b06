// The pages are complete as the server renders them. This follows the feed and,
// when something changed, fetches the same page again and takes over the parts
// that differ. No string from anywhere ever becomes markup here: the browser
// parses the server's own page, where scripts are dead and text is text.

document.documentElement.classList.add('js');

const $ = (id) => document.getElementById(id);
let shown = document.cloneNode(true); // the page as the server last gave it

// --- times: local, with UTC in the tooltip ---------------------------------

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const exact = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

function age(from) {
  const s = Math.max(0, (Date.now() - from) / 1000);
  if (s < 60) return 'now';
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  if (s < 86400 * 60) return `${Math.floor(s / 86400)} d`;
  return `${Math.floor(s / 86400 / 30.44)} months`;
}

function times(within = document) {
  const today = day.format(Date.now());
  for (const el of within.querySelectorAll('time[datetime]')) {
    const at = new Date(el.dateTime);
    let text = age(at);
    if (!el.classList.contains('age')) {
      const old = Date.now() - at > 300 * 86400e3;
      text = old ? el.dateTime.slice(0, 10) : (day.format(at) === today ? '' : `${day.format(at)}, `) + clock.format(at);
    }
    if (el.textContent !== text) el.textContent = text;
  }
}

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
}

// sync brings a list to its next state, touching only the members that changed,
// so that what a person has open or is typing stays.
function sync(here, part, before) {
  const members = [...part.children];
  if (!members.length || members.some((m) => !m.id)) {
    here.replaceChildren(...[...part.childNodes].map((n) => document.importNode(n, true)));
    return;
  }
  const kept = new Set(members.map((m) => m.id));
  for (const el of [...here.childNodes]) if (!kept.has(el.id)) el.remove();
  members.forEach((m, n) => {
    let el = $(m.id);
    const same = before?.querySelector(`#${CSS.escape(m.id)}`)?.isEqualNode(m);
    if (!el || el.parentNode !== here) {
      el = fresh(m);
    } else if (!same) {
      const old = el;
      el = fresh(m);
      old.querySelectorAll('details').forEach((d, i) => {
        const now = el.querySelectorAll('details')[i];
        if (now && d.open && d.className === now.className) now.open = true;
      });
      const focused = old.contains(document.activeElement);
      old.replaceWith(el);
      if (focused) focusOn(el);
    }
    if (here.children[n] !== el) here.insertBefore(el, here.children[n] ?? null);
  });
}

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
let timer = 0;
let cause = null; // the event that made us fetch, null for what is not an event

// refresh fetches the page at most a few times a second, however much happens.
// For an event, a page that the server made since is good enough.
function refresh(event = null, wait = 0) {
  cause = event;
  if (fetching) { again = true; return; }
  const pause = Math.max(wait, last + (document.hidden ? 5000 : 400) - performance.now());
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
  x.onloadend = () => {
    fetching = false;
    if (new URL(x.responseURL || location.href).pathname === '/login') location.reload();
    if (x.status === 200 && x.response) apply(x.response);
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
    if (ev.type === 'pong' || (seq !== null && ev.seq < seq)) return;
    if (ev.seq === seq && ev.type !== 'system') return; // seen already
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

// poll stands in where a proxy lets no WebSocket through.
async function poll() {
  try {
    if (seq === null) {
      refresh();
    } else {
      const answer = await fetch(`/api/v1/events?after=${seq}`);
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const { events } = await answer.json();
      if (events.length) {
        seq = events.at(-1).seq;
        refresh(seq);
      }
      heard = Date.now();
      if (!socket || socket.readyState !== WebSocket.OPEN) status('polling', 'Every 5 s');
    }
  } catch {
    status('stale', 'Stale');
  }
}

// --- what people do ------------------------------------------------------------

const actor = () => {
  const el = $('actor');
  return el ? el.value.trim() || 'dashboard' : undefined;
};

async function send(el, body) {
  const [method, url] = el.dataset.send.split(' ');
  const out = el.closest('.acts')?.querySelector('output');
  const buttons = el.closest('.acts')?.querySelectorAll('button') ?? [];
  buttons.forEach((b) => { b.disabled = true; });
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...body, actor: actor() }),
    });
    if (answer.ok) {
      if (out) out.textContent = '';
      if (el instanceof HTMLFormElement) el.reset();
    } else if (out) {
      const problem = await answer.json().catch(() => ({}));
      out.textContent = problem.detail || `Failed (${answer.status})`;
    }
  } catch {
    if (out) out.textContent = 'Not sent: the server is out of reach.';
  }
  buttons.forEach((b) => { b.disabled = false; });
  refresh();
}

document.addEventListener('click', (e) => {
  const b = e.target.closest('button[data-send]');
  if (b) send(b, JSON.parse(b.dataset.body || '{}'));
});

document.addEventListener('submit', (e) => {
  const f = e.target.closest('form[data-send]');
  if (!f) return;
  e.preventDefault();
  const body = {};
  for (const [k, v] of new FormData(f)) if (v.trim()) body[k] = v.trim();
  send(f, body);
});

document.addEventListener('change', (e) => {
  if (e.target.name === 'reason' && e.target.form) {
    for (const l of e.target.form.querySelectorAll('[data-for]')) {
      l.hidden = l.dataset.for !== e.target.value;
      for (const f of l.querySelectorAll('input, textarea')) f.disabled = l.hidden;
    }
  }
  if (e.target.id === 'actor') localStorage.setItem('rof-actor', e.target.value);
});

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, textarea, select')) return;
  if (e.key === '/') {
    e.preventDefault();
    document.querySelector('input[type=search]').focus();
  } else if (e.key === 'j' || e.key === 'k') {
    const rows = [...document.querySelectorAll('.row a')];
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + (e.key === 'j' ? 1 : -1)))]?.focus();
  }
});

document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });

if ($('actor')) $('actor').value = localStorage.getItem('rof-actor') ?? '';
times();
setInterval(times, 15000);
connect();
