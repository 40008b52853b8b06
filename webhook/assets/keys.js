// What the keyboard does. Each key does what a link or a button does, too.

import { actor } from './act.js';

const $ = (id) => document.getElementById(id);
const sheet = $('keys');

const rows = () => [...document.querySelectorAll('.list .row > a')];
const chosen = () => document.activeElement?.closest?.('.row > a');

function step(by) {
  const all = rows();
  if (!all.length) return;
  let at = all.indexOf(chosen());
  if (at < 0) at = all.findIndex((a) => a.getAttribute('aria-current')) - (by < 0 ? 0 : by - 1);
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

// act presses a button of the page, or on the list does the same for the row.
function act(selector, row) {
  const button = document.querySelector(selector);
  if (button) { button.click(); button.closest('details')?.querySelector('textarea, select, input')?.focus(); } else if (chosen()) row(chosen().pathname.split('/').pop());
}

const post = (id) => fetch(`/api/v1/incidents/${id}/ack`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ actor: actor() }),
});

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || sheet.open) return;
  const at = e.target.closest('input, textarea, select');
  const field = sheet.contains(at) ? null : at; // its own box keeps the focus for a moment once it is closed
  if (e.key === 'Escape') {
    if (field) field.blur();
    else if (document.querySelector('.form[open]')) document.querySelectorAll('.form[open]').forEach((d) => { d.open = false; });
    else if (location.pathname !== '/' || location.search) location.assign('/');
    return;
  }
  if (field || off()) return;
  const acts = document.body.dataset.acts !== undefined; // who only reads has no buttons, either
  const keys = {
    '/': () => { const f = document.querySelector('.find input'); if (f.checkVisibility()) { f.focus(); f.select(); } else location.assign('/#find'); },
    '?': () => sheet.showModal(),
    j: () => step(1),
    k: () => step(-1),
    a: acts && (() => act('#acts button[data-send$="/ack"]', post)),
    r: acts && (() => act('#acts .form > summary', (id) => location.assign(`/i/${id}#resolve`))),
  };
  if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
});

// Who speaks to the machine, or rests a hand on the keyboard, turns them off.
const off = () => localStorage.getItem('rof-keys') === 'off';
$('keys-on').checked = !off();
$('keys-on').addEventListener('change', (e) => {
  if (e.target.checked) localStorage.removeItem('rof-keys');
  else localStorage.setItem('rof-keys', 'off');
});

$('help').hidden = false;
$('help').addEventListener('click', () => sheet.showModal());
sheet.addEventListener('click', (e) => { if (e.target === sheet) sheet.close(); });
if (location.hash === '#find') document.querySelector('.find input')?.focus();
if (location.hash === '#resolve') document.querySelector('#acts .form > summary')?.click();

const copy = $('copy');
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText($('draft-text').textContent.trim() + '\n');
    copy.textContent = 'Copied';
  });
}
