// Beside the workspace: alerts to send, as monitoring systems send them.

import { h, toast } from './dom.js';
import { go, settings, state } from './state.js';

const fired = new Map(Object.entries(JSON.parse(sessionStorage.getItem('fired') ?? '{}')).map(([k, v]) => [Number(k), v]));
const listeners = [];
export const onFired = (f) => listeners.push(f);

// stamped fills in when it is sent.
function stamped(v) {
  const now = new Date();
  const stamps = { '@now': now.toISOString(), '@earlier': new Date(now - 180000).toISOString(), '@now_ms': String(now.getTime()), '@now_s': String(Math.floor(now / 1000)) };
  return JSON.parse(JSON.stringify(v), (_, x) => (typeof x === 'string' && stamps[x] !== undefined ? stamps[x] : x));
}

function patched(body, end) {
  const out = structuredClone(body);
  for (const [path, value] of Object.entries(end)) {
    const keys = path.split('.');
    const last = keys.pop();
    const at = keys.reduce((o, k) => o?.[k], out);
    if (at) at[last] = value;
  }
  return stamped(out);
}

async function post(source, body) {
  try {
    const answer = await fetch(settings.deliver + encodeURIComponent(source), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const out = await answer.json().catch(() => ({}));
    if (!answer.ok) return { ok: false, text: `${answer.status}: ${out.detail ?? 'refused'}` };
    const parts = [out.accepted && `${out.accepted} taken in`, out.ignored && `${out.ignored} changed nothing`, out.quarantined && `${out.quarantined} could not be read`].filter(Boolean);
    return { ok: true, news: !!out.accepted, text: `${answer.status}: ${parts.join(', ') || 'nothing in it'}` };
  } catch {
    return { ok: false, text: 'Not sent: the demo does not answer.' };
  }
}

function save() {
  sessionStorage.setItem('fired', JSON.stringify(Object.fromEntries(fired)));
  listeners.forEach((f) => f());
}

// fire sends the nth alert; a body that stands for it still is its last one.
export async function fire(n) {
  const a = settings.alerts[n];
  const body = fired.get(n) ?? stamped(a.fire);
  const out = await post(a.source, JSON.stringify(body));
  if (out.ok) fired.set(n, body);
  say(out);
  save();
  return out;
}

async function end(n) {
  const a = settings.alerts[n];
  const out = await post(a.source, JSON.stringify(patched(fired.get(n), a.end)));
  if (out.ok) fired.delete(n);
  say(out);
  save();
}

function say(out) {
  const away = matchMedia('(max-width: 860px)').matches || state.place !== settings.channel;
  toast(out.text, out.news && away ? { text: 'See the channel', do: () => go(settings.channel) } : undefined);
}

function row(a, n) {
  const body = h('pre', { tabindex: '0', 'aria-label': `The body of ${a.name}` }, JSON.stringify(a.fire, null, 1));
  const button = h('button', { type: 'button', class: 'btn small', 'data-fire': n, click: () => (fired.has(n) ? end(n) : fire(n)) });
  const el = h('li', { class: 'alert' },
    h('details', null, h('summary', null, h('b', null, a.name), h('small', null, a.sender)),
      h('p', null, a.about), h('p', { class: 'where' }, `POST ${settings.deliver}${a.source}`), body),
    button);
  const draw = () => {
    const on = fired.has(n);
    el.classList.toggle('on', on);
    button.textContent = on ? 'End' : 'Fire';
    button.setAttribute('aria-label', `${on ? 'End' : 'Fire'}: ${a.name}`);
  };
  draw();
  onFired(draw);
  return el;
}

// own takes a body that somebody pastes.
function own() {
  const source = h('select', { id: 'own-source' }, settings.sources.map((s) => h('option', { value: s, selected: s === 'generic' }, s)));
  const box = h('textarea', { id: 'own-body', rows: '5', spellcheck: 'false', value: '{\n "title": "p99 of cart is 3x normal",\n "service": "cart", "severity": "high"\n}' });
  const out = h('output', { for: 'own-body' });
  const form = h('form', {
    submit: async (e) => {
      e.preventDefault();
      const got = await post(source.value, box.value);
      out.textContent = got.text;
      out.className = got.ok ? '' : 'error';
    },
  }, h('label', { for: 'own-source' }, 'Source'), source, h('label', { for: 'own-body' }, 'Body'), box,
  h('div', { class: 'b-actions' }, h('button', { type: 'submit', class: 'btn small' }, 'Send'), out));
  return h('li', { class: 'alert own' }, h('details', null, h('summary', null, h('b', null, 'Your own JSON'), h('small', null, 'any source')), form));
}

export const alerts = () => h('section', { class: 'alerts' },
  h('h2', { class: 'cap' }, 'Fire an alert'),
  h('p', { class: 'fine' }, 'Real bodies to the real webhook. End is what the sender says once it is over. More than five services at once are a storm, and advised on as one.'),
  h('ul', null, settings.alerts.map(row), own()));
