// A dialog of the app's, over everything.

import { $, h, icon } from './dom.js';
import { plain } from './mrkdwn.js';
import { blocks } from './blocks.js';
import { act, state, who } from './state.js';

const values = new Map(); // what was typed, by block and action
let open = null; // the id of the view
let drawn = '';

export function drawModal() {
  const v = state.modal;
  const dialog = $('modal');
  if (!v) {
    if (dialog.open) dialog.close();
    open = null;
    drawn = '';
    return;
  }
  if (v.id !== open) values.clear();
  const now = JSON.stringify(v);
  if (now === drawn) return;
  const focus = dialog.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const same = v.id === open;
  drawn = now;
  open = v.id;
  const id = (key) => `f-${key.replace(/[^\w-]/g, '-')}`;
  const use = {
    who, values, errors: v.errors, id,
    label: (b) => `l-${b.block_id}`, about: (b) => (v.errors?.[b.block_id] ? `e-${b.block_id}` : undefined),
    press: (_, what) => act('press', { view: v.id, ...what }),
  };
  const form = h('form', { novalidate: true, submit: (e) => { e.preventDefault(); submit(v, form); } },
    h('header', null, h('span', { class: 'avatar bot', 'aria-hidden': 'true' }, icon('flame')), h('h2', { id: 'modaltitle' }, plain(v.title)),
      h('button', { type: 'button', class: 'plain', 'aria-label': 'Close', click: () => shut(v) }, icon('close'))),
    h('div', { class: 'fields' }, blocks(v.blocks, use)),
    h('footer', null,
      h('button', { type: 'button', class: 'btn', click: () => shut(v) }, v.close || 'Close'),
      v.submit && h('button', { type: 'submit', class: 'btn primary' }, v.submit)));
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector('.wrong input, .wrong textarea, .wrong select');
  const back = same && focus && dialog.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
  (wrong || back || dialog.querySelector('.fields textarea, .fields input, .fields select') || dialog.querySelector('footer button')).focus();
}

async function submit(v, form) {
  const missing = v.blocks.find((b) => b.type === 'input' && !b.optional && !(values.get(`${b.block_id}/${b.element.action_id}`) ?? '').trim());
  if (missing) { // Slack does not send what is incomplete
    state.modal = { ...v, errors: { [missing.block_id]: 'Please complete this required field.' } };
    drawModal();
    return;
  }
  const filled = {};
  for (const b of v.blocks) {
    const e = b.element;
    if (b.type === 'input' && e) filled[b.block_id] = { [e.action_id]: values.get(`${b.block_id}/${e.action_id}`) ?? '' };
  }
  const button = form.querySelector('[type=submit]');
  button.setAttribute('aria-busy', 'true');
  await act('submit', { view: v.id, values: filled });
  button.removeAttribute('aria-busy');
}

const shut = (v) => act('close', { view: v.id });

$('modal').addEventListener('cancel', (e) => { // Escape
  e.preventDefault();
  if (state.modal) shut(state.modal);
});
