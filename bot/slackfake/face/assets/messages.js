// Messages, in a channel and in a thread.

import { h, icon, keep } from './dom.js';
import { emoji, mrkdwn, plain } from './mrkdwn.js';
import { blocks } from './blocks.js';
import { act, openThread, settings, state, who } from './state.js';

export const at = (ts) => new Date(Number(ts) * 1000);
export const clock = (d) => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(d);
const isReply = (m) => m.thread && m.thread !== m.ts;

function sorted(test) {
  return [...state.messages.values()].filter(test).sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export const timeline = (channel) => sorted((m) => m.channel === channel && (!isReply(m) || m.broadcast));
export const replies = (channel, ts) => sorted((m) => m.channel === channel && m.thread === ts && m.ts !== ts);
export const parent = (channel, ts) => state.messages.get(`${channel}/${ts}`);

// serial numbers a message's states: the stream replaces what changes.
const serials = new WeakMap();
let serial = 0;
function mark(m) {
  if (!serials.has(m)) serials.set(m, ++serial);
  return serials.get(m);
}

// items are messages as keep wants them; those of one person within minutes stand
// together.
export function items(list, inThread) {
  let last = null;
  return list.map((m) => {
    const together = !!last && last.user === m.user && !m.only && !last.only && !m.subtype && m.blocks?.[0]?.type !== 'header' && at(m.ts) - at(last.ts) < 300000 && !(inThread && last === list[0]);
    last = m;
    const under = inThread || isReply(m) ? [] : replies(m.channel, m.ts).filter((r) => !r.only);
    return {
      key: m.key, m, together, under, inThread,
      mark: [mark(m), together, under.length, under.at(-1)?.ts, state.thread?.ts === m.ts, inThread, suggested(m)?.prompts.length].join(),
    };
  });
}

export function draw(list, known, all, inThread) { keep(list, known, items(all, inThread), (item) => message(item)); }

export function avatar(id) {
  const u = who.find(id);
  if (!u || u.bot) return h('span', { class: 'avatar bot', 'aria-hidden': 'true' }, icon('flame'));
  const n = [...id].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 4;
  return h('span', { class: `avatar a${n}`, 'aria-hidden': 'true' }, u.real.split(' ').map((w) => w[0]).slice(0, 2).join(''));
}

function message({ m, together, under, inThread }) {
  const u = who.find(m.user);
  const when = at(m.ts);
  const time = h('time', { datetime: when.toISOString(), title: when.toLocaleString() }, clock(when));
  const body = h('div', { class: 'body' },
    !together && h('div', { class: 'by' }, h('b', null, u?.bot ? u.name : u?.real ?? m.user), m.bot && h('span', { class: 'tag' }, 'App'), time),
    m.only && h('p', { class: 'only' }, icon('eye'), 'Only visible to you'),
    m.broadcast && !inThread && h('p', { class: 're' }, 'replied to ', h('button', { type: 'button', class: 'link', click: () => openThread(m.channel, m.thread) }, 'a thread')),
    m.subtype === 'assistant_app_thread' ? prompts(m) : content(m),
    reactions(m),
    under.length > 0 && summary(m, under));
  return h('article', {
    class: ['msg', together && 'together', m.only && 'private', state.thread?.ts === m.ts && !inThread && 'current'].filter(Boolean).join(' '),
    'data-key': m.key, tabindex: '-1', 'aria-label': `${u?.real ?? 'rof'}, ${clock(when)}`,
  }, together ? h('span', { class: 'gutter' }, time) : avatar(m.user), body, !m.only && m.subtype !== 'assistant_app_thread' && tools(m, inThread));
}

function content(m) {
  const use = { who, press: (el, what) => press(el, { channel: m.channel, ts: m.ts, ...what }) };
  const out = m.blocks?.length ? blocks(m.blocks, use) : m.text ? [h('div', { class: 'b-section' }, mrkdwn(m.text, who))] : [];
  for (const a of m.attachments ?? []) {
    out.push(h('div', { class: 'attachment' }, a.blocks ? blocks(a.blocks, use) : [a.pretext, a.title, a.text, a.footer].filter(Boolean).map((t) => h('p', null, mrkdwn(t, who)))));
  }
  for (const f of m.files ?? []) out.push(attached(f));
  if (m.edited) out.push(h('small', { class: 'edited' }, '(edited)'));
  return out;
}

function attached(f) {
  const size = f.size < 1024 ? `${f.size} bytes` : `${Math.round(f.size / 102.4) / 10} KB`;
  return h('div', { class: 'file' },
    h('div', { class: 'filehead' }, icon('file'), h('b', null, f.name), h('small', null, size), h('a', { href: `/slack/files/${encodeURIComponent(f.id)}`, download: f.name }, 'Download')),
    f.text && h('pre', { tabindex: '0', 'aria-label': `How ${f.name} begins` }, f.text));
}

async function press(el, what) {
  el.setAttribute('aria-busy', 'true');
  await act('press', what);
  el.removeAttribute('aria-busy');
}

function reactions(m) {
  if (!m.reactions?.length && !m.pinned) return null;
  return h('div', { class: 'reactions' },
    (m.reactions ?? []).map((r) => h('span', { class: r.users.includes(state.me) ? 'reaction mine' : 'reaction', title: r.users.map((id) => who.user(id) ?? id).join(', ') }, emoji(r.name), ` ${r.users.length}`)));
}

function summary(m, under) {
  const people = [...new Set(under.map((r) => r.user))].slice(0, 3);
  const n = under.length;
  return h('button', { type: 'button', class: 'summary', 'data-focus': 'thread', click: () => openThread(m.channel, m.ts) },
    people.map(avatar), h('b', null, `${n} ${n === 1 ? 'reply' : 'replies'}`), h('small', null, `last at ${clock(at(under.at(-1).ts))}`));
}

// tools are what a person can do with any message.
function tools(m, inThread) {
  const mine = m.reactions?.find((r) => r.name === 'pushpin')?.users.includes(state.me);
  return h('div', { class: 'tools' },
    !mine && h('button', { type: 'button', title: 'Mark with a pushpin: it becomes part of the timeline', 'aria-label': 'Pushpin', click: () => act('react', { channel: m.channel, ts: m.ts, value: 'pushpin' }) }, emoji('📌')),
    h('button', { type: 'button', title: settings.shortcut.name, 'aria-label': settings.shortcut.name, 'data-tool': 'shortcut', click: () => act('shortcut', { channel: m.channel, ts: m.ts }) }, icon('look')),
    !inThread && !isReply(m) && h('button', { type: 'button', title: 'Reply in its thread', 'aria-label': 'Reply in its thread', 'data-tool': 'reply', click: () => openThread(m.channel, m.ts) }, icon('reply')));
}

const suggested = (m) => state.work?.prompts.find((x) => x.channel === m.channel && x.ts === m.ts);

// prompts are what the app suggests to ask it.
function prompts(m) {
  const p = suggested(m);
  return [h('div', { class: 'b-section' }, 'Ask what history says. An answer stands in the thread.'),
    h('div', { class: 'b-actions' }, (p?.prompts ?? []).map((x) => h('button', {
      type: 'button', class: 'btn',
      click: async () => { openThread(m.channel, m.ts); await act('say', { channel: m.channel, thread: m.ts, text: x.message }); },
    }, plain(x.title ?? ''))))];
}
