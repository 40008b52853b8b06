// Slack's mrkdwn as nodes.

import { h, svg } from './dom.js';

// The few emoji that rof uses are drawn, so that they look the same everywhere.
const drawn = {
  '🔴': ['e-dot', 'red', 'red'], '🟠': ['e-dot', 'orange', 'orange'], '🟡': ['e-dot', 'yellow', 'yellow'], '🔵': ['e-dot', 'blue', 'blue'],
  '🟢': ['e-dot', 'green', 'green'], '⚪': ['e-ring', 'soft', 'white'], '✅': ['e-yes', 'green', 'yes'], '❌': ['e-no', 'red', 'no'],
  '⏱': ['e-watch', 'soft', 'took'], '🔕': ['e-quiet', 'soft', 'silenced'], '🔔': ['e-bell', 'soft', 'bell'], '🔥': ['i-flame', 'orange', 'fire'],
  '📟': ['e-page', 'soft', 'pager'], '🌙': ['e-moon', 'soft', 'night'], '📌': ['e-pin', 'red', 'pushpin'], '⚠': ['e-warn', 'yellow', 'warning'], '👀': ['e-eyes', 'soft', 'eyes'],
};
const named = { pushpin: '📌', eyes: '👀', white_check_mark: '✅', x: '❌', fire: '🔥', warning: '⚠', bell: '🔔', no_bell: '🔕', red_circle: '🔴', large_green_circle: '🟢' };
const pattern = new RegExp(`(${Object.keys(drawn).join('|')})\\uFE0F?|:([a-z_]+):`, 'u');

export function emoji(name) {
  const char = named[name] ?? name;
  const d = drawn[char];
  return d ? svg(d[0], `emo ${d[1]}`, d[2]) : char === name && /^[a-z_+0-9-]+$/.test(name) ? `:${name}:` : char;
}

// plain is text as it is, with its emoji drawn.
export function plain(text) {
  const out = [];
  for (let rest = text; rest;) {
    const m = pattern.exec(rest);
    if (!m) { out.push(rest); break; }
    const known = m[1] || named[m[2]];
    out.push(rest.slice(0, m.index), known ? emoji(known) : m[0]);
    rest = rest.slice(m.index + m[0].length);
  }
  return out;
}

const entities = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };
export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (e) => entities[e]);

const parts = (at, options) => new Intl.DateTimeFormat(undefined, options).format(at);
const times = {
  time: (d) => parts(d, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  time_secs: (d) => parts(d, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  date: (d) => parts(d, { year: 'numeric', month: 'long', day: 'numeric' }),
  date_long: (d) => parts(d, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  date_short: (d) => parts(d, { year: 'numeric', month: 'short', day: 'numeric' }),
  date_num: (d) => d.toISOString().slice(0, 10),
};

function date(argument, fallback) {
  const [stamp, format] = argument.split('^');
  const at = new Date(Number(stamp) * 1000);
  if (!format || Number.isNaN(at.getTime())) return unescape(fallback);
  const text = format.replace(/\{(\w+?)(?:_pretty)?\}/g, (all, name) => times[name]?.(at) ?? all);
  return h('time', { datetime: at.toISOString(), title: at.toISOString().replace('T', ' ').slice(0, 19) + ' UTC' }, text);
}

// link leads out, and only over HTTP; what else stands in an address is text.
export function link(url, text) {
  const address = unescape(url);
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return text ?? address;
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, text ?? address);
}

// markup is what stood in angle brackets.
function markup(inside, who) {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : inside.slice(bar + 1);
  if (target[0] === '@') return mention(who.user(target.slice(1)) ?? label ?? target.slice(1), who.me === target.slice(1));
  if (target[0] === '#') return h('span', { class: 'mention' }, `#${who.channel(target.slice(1)) ?? label}`);
  if (target[0] === '!') {
    const [command, ...rest] = target.slice(1).split('^');
    if (command === 'date') return date(rest.join('^'), label);
    if (command === 'subteam') return mention(who.group(rest[0]) ?? label.replace('@', ''), who.inGroup(rest[0]));
    return mention(command, true);
  }
  return link(target, label ? plain(unescape(label)) : undefined);
}

function mention(name, me) { return h('span', { class: me ? 'mention me' : 'mention' }, `@${name}`); }

const marks = { '*': 'strong', _: 'em', '~': 's' };
const word = /[\p{L}\p{N}]/u;

function closing(text, from, mark) {
  for (let i = from + 1; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === mark && i > from + 1 && !/\s/.test(text[i - 1]) && !word.test(text[i + 1] ?? ' ')) return i;
  }
  return -1;
}

function inline(text, who, verbatim) {
  const out = [];
  let run = '';
  const flush = () => { if (run) out.push(...(verbatim ? plain(unescape(run)) : bare(unescape(run)))); run = ''; };
  for (let i = 0; i < text.length;) {
    const c = text[i];
    let end = -1;
    if (c === '<' && (end = text.indexOf('>', i)) > i + 1 && !/[<\n]/.test(text.slice(i + 1, end))) {
      flush();
      out.push(markup(text.slice(i + 1, end), who));
    } else if (c === '`' && (end = text.indexOf('`', i + 1)) > i + 1 && !text.slice(i, end).includes('\n')) {
      flush();
      const code = unescape(text.slice(i + 1, end));
      out.push(h('code', { class: code.length < 25 ? 'short' : null }, code));
    } else if (marks[c] && !word.test(text[i - 1] ?? ' ') && /\S/.test(text[i + 1] ?? ' ') && (end = closing(text, i, c)) > 0) {
      flush();
      out.push(h(marks[c], null, inline(text.slice(i + 1, end), who, verbatim)));
    } else if (c === '\n') {
      flush();
      out.push(h('br'));
      i++;
      continue;
    } else {
      run += c;
      i++;
      continue;
    }
    i = end + 1;
  }
  flush();
  return out;
}

// bare links what looks like an address, as Slack does unless told otherwise.
function bare(text) {
  const out = [];
  for (const piece of text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)) {
    if (/^https?:\/\//.test(piece)) out.push(link(piece));
    else out.push(...plain(piece));
  }
  return out;
}

// mrkdwn is a whole text: code and quotations, and all else in between.
export function mrkdwn(text, who, verbatim = false) {
  const out = [];
  text.split(/```([\s\S]*?)```/).forEach((part, n) => {
    if (n % 2) { out.push(h('pre', null, unescape(part.replace(/^\n|\n$/g, '')))); return; }
    let quote = [];
    let lines = [];
    const close = () => {
      if (quote.length) out.push(h('blockquote', null, inline(quote.join('\n'), who, verbatim)));
      if (lines.length) out.push(...inline(lines.join('\n'), who, verbatim));
      quote = []; lines = [];
    };
    for (const line of part.split('\n')) {
      const quoted = /^&gt; ?/.test(line);
      if (quoted ? lines.length : quote.length) close();
      (quoted ? quote : lines).push(quoted ? line.replace(/^&gt; ?/, '') : line);
    }
    close();
  });
  return out;
}
