import { $, h, icon } from './dom.js';
import { blocks } from './blocks.js';
import { composer } from './composer.js';
import { drawModal } from './modal.js';
import { draw, parent, replies, timeline } from './messages.js';
import { act, become, changed, dm, follow, go, onChange, pane, settings, state, who } from './state.js';
import { alerts } from './alerts.js';
import { drawGuide, listen } from './guide.js';

const app = $('app');
const main = composer(() => ({ channel: state.place }), 'Message');
const under = composer(() => ({ channel: state.thread?.channel, thread: state.thread?.ts }), 'Reply');
$('foot').append(main.el);
$('threadfoot').append(under.el);
const guide = h('section', { class: 'guide', id: 'guide' });
$('try').append(guide, alerts());

// --- what stands at the side -----------------------------------------------------

let sides = '';

function drawSide() {
  const { work, place } = state;
  const now = JSON.stringify([work?.channels, work?.users, work?.connected, place, [...state.unread], state.me]);
  if (now === sides) return;
  sides = now;
  const entry = (id, name, here, sign, n) => h('li', null, h('button', {
    type: 'button', class: here ? 'here' : n ? 'news' : '', 'aria-current': here ? 'page' : undefined, 'data-place': id, click: () => open(id),
  }, sign, h('span', null, name), n ? h('small', { 'aria-label': `${n} new` }, n) : null));
  $('who').replaceChildren(...who.people().map((u) => h('option', { value: u.id, selected: u.id === state.me }, u.real)));
  $('who').value = state.me;
  $('channels').replaceChildren(...(work?.channels ?? []).filter((c) => !c.im && !c.archived).map((c) => entry(c.id, c.name, c.id === place, h('i', { 'aria-hidden': 'true' }, '#'), state.unread.get(c.id))));
  const messages = dm();
  $('apps').replaceChildren(entry('home', work?.app.name ?? 'rof', place === 'home' || place === messages, icon('flame'), messages && state.unread.get(messages)));
  $('link').className = work?.connected ? 'on' : '';
  $('link').lastElementChild.textContent = work?.connected ? 'rof is connected' : 'rof is connecting';
}

async function open(place) {
  if (place === 'home') {
    go('home');
    await act('home', { tab: 'home' });
  } else {
    go(place);
  }
}

async function openMessages() {
  const out = await act('home', { tab: 'messages', channel: settings.channel });
  if (out.channel) go(out.channel);
}

// --- the channel, or the app's Home ---------------------------------------------------

const shown = new Map();
const shownUnder = new Map();
let where = '';
let whichThread = '';
let homeDrawn = '';

const bottom = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

function drawMain() {
  const { place, work } = state;
  const channel = work?.channels.find((c) => c.id === place);
  const inApp = place === 'home' || !!channel?.im;
  const name = inApp ? work?.app.name ?? 'rof' : channel ? `#${channel.name}` : '';
  $('title').textContent = name;
  $('topic').textContent = inApp ? '' : channel ? channel.topic || `${channel.members} members` : '';
  document.title = `${name} · Slack, to try rof in`;
  drawTabs(inApp);
  main.name(inApp ? `Message ${name}` : `Message ${name}, or ${settings.command}`);
  const log = $('log');
  $('foot').hidden = place === 'home';
  const moved = where !== place + state.me;
  const low = moved || bottom(log);
  if (moved) { shown.clear(); $('list').replaceChildren(); homeDrawn = ''; where = place + state.me; $('pill').hidden = true; }
  if (place === 'home') { drawHome(); return; }
  const all = timeline(place);
  const news = all.length > shown.size;
  const empty = !all.length && work;
  if (empty && !$('list').querySelector('.empty')) { $('list').replaceChildren(quiet(channel)); shown.clear(); }
  if (!empty) { $('list').querySelector('.empty')?.remove(); draw($('list'), shown, all, false); }
  if (low) log.scrollTop = log.scrollHeight;
  else if (news && all.at(-1)?.user !== state.me) $('pill').hidden = false;
}

const quiet = (channel) => h('div', { class: 'empty' },
  h('p', null, h('b', null, channel?.im ? 'Nothing said yet' : 'No alerts yet')),
  h('p', null, channel?.im ? 'Here no mention is needed: write list, or what you see.' : 'Fire one beside this, or type ', channel?.im ? null : h('code', null, `${settings.command} help`), channel?.im ? null : '.'));

function drawTabs(inApp) {
  const tabs = $('apptabs');
  tabs.hidden = !inApp;
  if (!inApp) return;
  const tab = (name, here, to) => h('button', { type: 'button', 'aria-current': here ? 'page' : undefined, 'data-tab': name, click: to }, name);
  const now = String(state.place === 'home');
  if (tabs.dataset.at === now) return;
  tabs.dataset.at = now;
  tabs.replaceChildren(tab('Home', state.place === 'home', () => open('home')), tab('Messages', state.place !== 'home', openMessages));
}

function drawHome() {
  const v = state.home;
  const now = JSON.stringify(v);
  if (now === homeDrawn) return;
  homeDrawn = now;
  const use = {
    who,
    press: async (el, what) => {
      el.setAttribute('aria-busy', 'true');
      await act('press', { view: v.id, ...what });
      el.removeAttribute('aria-busy');
    },
  };
  $('list').replaceChildren(h('div', { class: 'home' }, v ? blocks(v.blocks, use) : h('p', { class: 'fine' }, 'rof draws this in a moment.')));
}

function drawThread() {
  const t = state.thread;
  $('thread').hidden = !t;
  app.classList.toggle('threaded', !!t);
  if (!t) {
    if (whichThread) { shownUnder.clear(); $('threadlist').replaceChildren(); whichThread = ''; }
    return;
  }
  const log = $('threadlog');
  const id = `${t.channel}/${t.ts}/${state.me}`;
  const moved = whichThread !== id;
  const low = moved || bottom(log);
  if (moved) { shownUnder.clear(); $('threadlist').replaceChildren(); whichThread = id; }
  const first = parent(t.channel, t.ts);
  const all = [first, ...replies(t.channel, t.ts)].filter(Boolean);
  const name = who.channel(t.channel);
  $('threadof').textContent = name ? `#${name}` : '';
  const grown = all.length > shownUnder.size;
  draw($('threadlist'), shownUnder, all, true);
  const look = state.look && shownUnder.get(state.look.key)?.el;
  if (look) log.scrollTop = state.look.end ? look.offsetTop + look.offsetHeight - log.clientHeight + 8 : look.offsetTop - 8;
  else if (moved || (low && grown)) log.scrollTop = log.scrollHeight;
  if (look) state.look = null;
}

onChange(() => {
  drawSide();
  drawMain();
  drawThread();
  drawModal();
  drawGuide(guide);
  drawDock();
});

// --- panes -----------------------------------------------------------------------

// tab shows one of the two that stand beside the workspace.
function tab(name) {
  for (const n of ['try', 'board']) {
    const on = n === name;
    $(`tab-${n}`).setAttribute('aria-selected', String(on));
    $(`tab-${n}`).tabIndex = on ? 0 : -1;
    $(n).hidden = !on;
  }
  if (name === 'board' && !$('board').firstChild) $('board').append(h('iframe', { src: settings.dashboard, title: 'The dashboard' }));
}

function drawDock() {
  const now = app.dataset.pane;
  for (const b of document.querySelectorAll('.dock button')) {
    const here = b.dataset.pane === (now === 'thread' ? 'chat' : now);
    if (here) b.setAttribute('aria-current', 'page');
    else b.removeAttribute('aria-current');
  }
}

for (const b of document.querySelectorAll('.dock button')) {
  b.addEventListener('click', () => {
    const to = b.dataset.pane;
    if (to === 'try' || to === 'board') tab(to);
    pane(to === 'chat' && state.thread && app.dataset.pane !== 'thread' ? 'thread' : to);
    if (to === 'chat' && app.dataset.pane === 'chat') state.thread = null;
  });
}
for (const n of ['try', 'board']) {
  $(`tab-${n}`).addEventListener('click', () => tab(n));
  $(`tab-${n}`).addEventListener('keydown', (e) => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    const other = n === 'try' ? 'board' : 'try';
    tab(other);
    $(`tab-${other}`).focus();
  });
}

$('leave').addEventListener('click', () => go(state.place));
$('pill').addEventListener('click', () => { $('log').scrollTop = $('log').scrollHeight; $('pill').hidden = true; });
$('log').addEventListener('scroll', () => { if (bottom($('log'))) $('pill').hidden = true; });
$('who').addEventListener('change', (e) => { become(e.target.value); changed(); });
document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && !$('modal').open && state.thread && !e.defaultPrevented) go(state.place);
});
document.addEventListener('visibilitychange', changed);

// --- begin -----------------------------------------------------------------------

const [at, ts] = location.hash.slice(1).split('/');
if (/^C\w+$/.test(at ?? '')) {
  state.place = at;
  if (ts) state.thread = { channel: at, ts };
}
tab('try');
follow();
listen((i) => {
  go(settings.channel);
  const words = [i.type && `error_type=${i.type}`, i.spike && `spike=${i.spike}`, i.service && `service=${i.service}`].filter(Boolean).join(' ');
  main.fill(`${settings.command} analyze ${words || i.fix}`);
});
changed();
if (at === 'home') open('home');
