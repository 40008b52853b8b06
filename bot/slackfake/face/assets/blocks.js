// Block Kit as nodes.

import { h, icon } from './dom.js';
import { emoji, link, mrkdwn, plain } from './mrkdwn.js';

export const textOf = (o) => (o ? o.text ?? '' : '');

function text(o, who) {
  if (!o) return null;
  return o.type === 'mrkdwn' ? mrkdwn(o.text, who, o.verbatim) : plain(o.text ?? '');
}

// blocks draws a list. use tells who is there, and what a press does:
// use.press(element, block, choice) for what acts at once, use.field for the
// fields of a dialog.
export function blocks(list, use) {
  return (list ?? []).map((b) => block(b, use));
}

function block(b, use) {
  switch (b.type) {
    case 'header': return h('p', { class: 'b-header' }, text(b.text, use.who));
    case 'divider': return h('hr');
    case 'section': return section(b, use);
    case 'context': return h('div', { class: 'b-context' }, (b.elements ?? []).map((e) => h('span', null, e.type === 'image' ? alt(e) : text(e, use.who))));
    case 'actions': return h('div', { class: 'b-actions' }, (b.elements ?? []).map((e) => element(e, b, use)));
    case 'input': return input(b, use);
    case 'image': return h('p', { class: 'b-image' }, alt(b));
    case 'rich_text': return h('div', { class: 'b-rich' }, (b.elements ?? []).map((e) => rich(e, use.who)));
    case 'markdown': return h('div', { class: 'b-section' }, plain(b.text ?? ''));
    case 'table': return table(b, use);
  }
  return h('p', { class: 'b-unknown' }, `A ${b.type} block, which cannot be shown here.`);
}

const alt = (o) => `[${o.alt_text || 'image'}]`;

function section(b, use) {
  return h('div', { class: 'b-section' },
    h('div', { class: 'b-text' }, text(b.text, use.who),
      b.fields && h('div', { class: 'b-fields' }, b.fields.map((f) => h('div', null, text(f, use.who))))),
    b.accessory && h('div', { class: 'b-accessory' }, element(b.accessory, b, use)));
}

function table(b, use) {
  const cell = (c) => (c.type === 'rich_text' ? (c.elements ?? []).map((e) => rich(e, use.who)) : plain(textOf(c)));
  return h('table', { class: 'b-table' }, h('tbody', null, (b.rows ?? []).map((row) => h('tr', null, row.map((c) => h('td', null, cell(c)))))));
}

function rich(e, who) {
  const inner = (e.elements ?? []).map((x) => (x.elements ? rich(x, who) : leaf(x, who)));
  switch (e.type) {
    case 'rich_text_list': return h(e.style === 'ordered' ? 'ol' : 'ul', null, inner.map((x) => h('li', null, x)));
    case 'rich_text_quote': return h('blockquote', null, inner);
    case 'rich_text_preformatted': return h('pre', null, inner);
  }
  return h('div', null, inner);
}

function leaf(x, who) {
  const name = (v) => h('span', { class: 'mention' }, v);
  switch (x.type) {
    case 'user': return h('span', { class: x.user_id === who.me ? 'mention me' : 'mention' }, `@${who.user(x.user_id) ?? x.user_id}`);
    case 'channel': return name(`#${who.channel(x.channel_id) ?? x.channel_id}`);
    case 'usergroup': return name(`@${who.group(x.usergroup_id) ?? x.usergroup_id}`);
    case 'broadcast': return name(`@${x.range}`);
    case 'link': return link(x.url, x.text ? plain(x.text) : undefined);
    case 'emoji': return emoji(x.name);
  }
  let out = lines(x.text ?? '');
  const s = x.style ?? {};
  if (s.code) out = h('code', null, out);
  if (s.bold) out = h('strong', null, out);
  if (s.italic) out = h('em', null, out);
  if (s.strike) out = h('s', null, out);
  return out;
}

const lines = (s) => s.split('\n').flatMap((line, n) => (n ? [h('br'), ...plain(line)] : plain(line)));

// element is something to press or to fill.
function element(e, b, use) {
  if (e.type === 'image') return alt(e);
  if (e.type === 'button' || e.type === 'workflow_button') return button(e, b, use);
  const field = fields(e, b, use);
  return field ? field.el : h('span', { class: 'b-unknown' }, `[${e.type}]`);
}

function button(e, b, use) {
  const look = `btn ${e.style ?? ''}`.trim();
  if (e.url && /^https?:/i.test(e.url)) return h('a', { class: look, href: e.url, target: '_blank', rel: 'noopener noreferrer' }, plain(textOf(e.text)));
  return h('button', {
    type: 'button', class: look, 'data-action': e.action_id, 'data-focus': `${e.action_id}/${e.value ?? ''}`, 'aria-label': e.accessibility_label,
    click: (ev) => use.press(ev.currentTarget, { action: e.action_id, block: b.block_id, value: e.value }),
  }, plain(textOf(e.text)));
}

const options = (e) => [...(e.options ?? []), ...(e.option_groups ?? []).flatMap((g) => g.options ?? [])];

// fields makes the control of an element that holds a value, how it is read, and
// what it held before.
function fields(e, b, use) {
  const key = `${b.block_id}/${e.action_id}`;
  const label = b.type === 'input' ? undefined : textOf(e.placeholder) || textOf(b.text) || e.action_id;
  const common = { 'data-action': e.action_id, 'data-focus': key, id: use.id?.(key), 'aria-label': label, 'aria-describedby': use.about?.(b) };
  const before = use.values?.get(key);
  const made = (el, read, initial, on = 'change') => {
    const note = () => {
      use.values?.set(key, read());
      if (on === 'change' && (b.type !== 'input' || b.dispatch_action)) use.press(el, { action: e.action_id, block: b.block_id, choose: read() });
    };
    el.addEventListener(on, note);
    if (on !== 'change') el.addEventListener('change', () => use.values?.set(key, read()));
    if (use.values && !use.values.has(key)) use.values.set(key, initial ?? '');
    return { el, read };
  };
  switch (e.type) {
    case 'plain_text_input': case 'email_text_input': case 'url_text_input': case 'number_input': {
      const many = e.type === 'plain_text_input' && e.multiline;
      const initial = before ?? e.initial_value ?? '';
      const el = h(many ? 'textarea' : 'input', {
        ...common, value: initial, placeholder: textOf(e.placeholder), maxlength: e.max_length, autocomplete: 'off', rows: many ? 3 : undefined,
        inputmode: e.type === 'number_input' ? 'decimal' : undefined,
      });
      return made(el, () => el.value, initial, 'input');
    }
    case 'static_select': case 'users_select': case 'external_select': case 'overflow': {
      const list = e.type === 'users_select' ? use.who.people().map((u) => [u.id, u.real]) : options(e).map((o) => [o.value, textOf(o.text)]);
      const initial = before ?? e.initial_option?.value ?? e.initial_user ?? '';
      const el = h('select', common, h('option', { value: '' }, e.type === 'overflow' ? '…' : textOf(e.placeholder) || 'Choose'),
        list.map(([value, name]) => h('option', { value, selected: value === initial }, name)));
      el.value = initial;
      return made(el, () => el.value, initial);
    }
    case 'radio_buttons': case 'checkboxes': {
      const radio = e.type === 'radio_buttons';
      const initial = before ?? (radio ? e.initial_option?.value ?? '' : (e.initial_options ?? []).map((o) => o.value).join(','));
      const el = h('div', { class: 'b-choices', role: radio ? 'radiogroup' : 'group', id: common.id, 'aria-label': label, 'aria-labelledby': label ? undefined : use.label?.(b), 'aria-describedby': common['aria-describedby'] },
        options(e).map((o) => h('label', null, h('input', {
          type: radio ? 'radio' : 'checkbox', name: key, value: o.value, checked: initial.split(',').includes(o.value), 'data-focus': `${key}/${o.value}`,
        }), h('span', null, text(o.text, use.who), o.description && h('small', null, text(o.description, use.who))))));
      return made(el, () => [...el.querySelectorAll('input:checked')].map((i) => i.value).join(','), initial);
    }
    case 'datepicker': case 'timepicker': {
      const initial = before ?? e.initial_date ?? e.initial_time ?? '';
      const el = h('input', { ...common, type: e.type === 'datepicker' ? 'date' : 'time', value: initial });
      return made(el, () => el.value, initial);
    }
  }
  return null;
}

function input(b, use) {
  const f = fields(b.element ?? {}, b, use);
  const error = use.errors?.[b.block_id];
  const group = ['radio_buttons', 'checkboxes'].includes(b.element?.type);
  const name = [plain(textOf(b.label)), b.optional && h('small', null, ' (optional)')];
  return h('div', { class: error ? 'b-input wrong' : 'b-input' },
    group ? h('p', { class: 'label', id: use.label(b) }, name) : h('label', { for: f?.el.id }, name),
    f ? f.el : h('span', { class: 'b-unknown' }, `[${b.element?.type}]`),
    b.hint && h('small', null, text(b.hint, use.who)),
    error && h('p', { class: 'error', id: use.about(b) }, icon('close'), error));
}
