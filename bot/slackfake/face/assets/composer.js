// Where a person types: a message, or the slash command with what may follow it.

import { h, icon, toast } from './dom.js';
import { act, settings, state } from './state.js';

const { command, verbs } = settings;
let ids = 0;

// known are the incidents that messages speak of, the latest first.
function known() {
  const found = new Set();
  for (const m of [...state.messages.values()].sort((a, b) => (a.ts < b.ts ? 1 : -1))) {
    for (const id of JSON.stringify([m.text, m.blocks]).match(/\bINC-\d{4}-\d{3,}\b/g) ?? []) found.add(id);
    if (found.size > 7) break;
  }
  return [...found].sort().reverse();
}

const rows = (list, before, after = ' ') => list.map((v) => ({ insert: before + v.name + (v.example ? after : ''), name: before + v.name, does: v.does }));

// verb completes a word of the command, where that is what is being typed.
function verb(word, before) {
  const w = word.toLowerCase();
  const begins = verbs.filter((v) => v.name.startsWith(w));
  return rows(begins.length || !w ? begins : verbs.filter((v) => v.name.includes(w)), before);
}

// argument completes what follows a verb: its keys, or an incident.
function argument(name, rest, before) {
  const v = verbs.find((x) => x.name === name);
  if (!v) return [];
  const word = rest.match(/\S*$/)[0];
  const head = before + rest.slice(0, rest.length - word.length);
  const keys = [...v.example.matchAll(/\b([a-z_]+)=(\S+)/g)].filter((m) => !rest.includes(`${m[1]}=`) && m[1].startsWith(word));
  if (keys.length && !word.includes('=')) return keys.map((m) => ({ insert: `${head}${m[1]}=`, name: `${m[1]}=`, does: `such as ${m[2]}`, more: true }));
  if (/\bINC-/.test(v.example) && (!rest.trim() || /^INC/i.test(word))) {
    return known().filter((id) => id.startsWith(word.toUpperCase()) && id !== word).map((id) => ({ insert: `${head}${id} `, name: id, does: 'an incident', more: true }));
  }
  return [];
}

// complete is what could stand at the caret: rows of {insert, name, does}, where
// insert is the whole text up to the caret.
export function complete(text, inThread) {
  const slash = text.match(/^(\/\S*)$/);
  if (slash && command.startsWith(slash[1]) && !inThread) return verb('', `${command} `);
  const lead = [!inThread && command, `@${state.work?.app.name}`].find((x) => x && text.startsWith(`${x} `));
  if (lead) {
    const rest = text.slice(lead.length + 1);
    const m = rest.match(/^([a-z-]+)\s+([\s\S]*)$/);
    if (m) return argument(m[1], m[2], `${lead} ${m[1]} `);
    if (/^[a-z-]*$/i.test(rest)) {
      const list = verb(rest, `${lead} `);
      return list.length === 1 && list[0].name === text ? [] : list;
    }
    return [];
  }
  const at = text.match(/(^|\s)@([\w.-]*)$/);
  if (at) {
    const head = text.slice(0, text.length - at[2].length);
    return (state.work?.users ?? []).filter((u) => u.name.startsWith(at[2].toLowerCase())).map((u) => ({ insert: `${head}${u.name} `, name: `@${u.name}`, does: u.bot ? 'the app' : u.real }));
  }
  return [];
}

// example is what may follow the verb that stands there, as a reminder.
function example(text) {
  const m = text.match(/^(?:\/\S+|@\S+)\s+([a-z-]+)\s*$/);
  const v = m && verbs.find((x) => x.name === m[1]);
  return v ? (v.example ? `${v.name} ${v.example}` : v.does) : '';
}

// composer makes one. place tells where its messages go: {channel, thread}.
export function composer(place, label) {
  const n = ++ids;
  const box = h('textarea', { rows: '1', id: `say-${n}`, 'aria-label': label, placeholder: label, autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-controls': `menu-${n}`, spellcheck: 'false' });
  const menu = h('ul', { class: 'menu', id: `menu-${n}`, role: 'listbox', 'aria-label': 'What may follow', tabindex: '0', hidden: true });
  const hint = h('p', { class: 'hint', 'aria-live': 'polite' });
  const send = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'));
  const form = h('form', { class: 'composer' }, menu, box, send, hint);
  let list = [];
  let active = 0;

  function show() {
    const caret = box.selectionStart;
    list = caret === box.value.length ? complete(box.value, !!place().thread) : [];
    // Where nothing of it is typed yet, Enter sends: most verbs need no more.
    active = /\s$/.test(box.value) && list.some((o) => o.more) ? -1 : 0;
    render();
    const slash = place().thread && box.value.startsWith('/');
    hint.textContent = slash ? `Commands don’t run in threads. Mention @${state.work?.app.name} instead.` : list.length ? '' : example(box.value);
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 180)}px`;
    form.classList.toggle('full', !!box.value.trim());
  }

  function render() {
    menu.hidden = !list.length;
    menu.replaceChildren(...list.map((o, i) => h('li', {
      role: 'option', id: `opt-${n}-${i}`, 'aria-selected': String(i === active),
      mousedown: (e) => { e.preventDefault(); accept(i); },
    }, h('b', null, o.name), h('span', null, o.does))));
    if (list.length && active >= 0) box.setAttribute('aria-activedescendant', `opt-${n}-${active}`);
    else box.removeAttribute('aria-activedescendant');
    menu.children[active]?.scrollIntoView({ block: 'nearest' });
  }

  function accept(i) {
    box.value = list[i].insert;
    box.focus();
    show();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    const { channel, thread } = place();
    if (text.startsWith('/') && thread) { toast(`Commands don’t run in threads. Mention @${state.work?.app.name} instead.`); return; }
    box.value = '';
    show();
    const out = text.startsWith('/') ? await act('command', { channel, text }) : await act('say', { channel, thread, text });
    if (out.error && !box.value) { box.value = text; show(); }
  }

  box.addEventListener('input', show);
  box.addEventListener('click', show);
  box.addEventListener('blur', () => { list = []; render(); });
  box.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    if (list.length && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      e.preventDefault();
      active = (active + (e.key === 'ArrowDown' ? 1 : list.length - 1 + (active < 0)) + list.length) % list.length;
      render();
    } else if (list.length && (e.key === 'Tab' || (e.key === 'Enter' && active >= 0 && list[active].insert.trim() !== box.value.trim()))) {
      e.preventDefault();
      accept(Math.max(active, 0));
    } else if (list.length && e.key === 'Escape') {
      e.preventDefault();
      e.stopPropagation();
      list = [];
      render();
    } else if (e.key === 'Enter' && !e.shiftKey) {
      e.preventDefault();
      submit();
    }
  });
  box.addEventListener('keypress', (e) => { if (e.key === 'Enter' && !e.shiftKey) e.preventDefault(); });
  form.addEventListener('submit', (e) => { e.preventDefault(); submit(); box.focus(); });
  return { el: form, box, fill(text) { box.value = text; box.focus(); show(); list = []; render(); }, name(text) { box.placeholder = text; box.setAttribute('aria-label', text); } };
}

