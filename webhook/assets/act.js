// What people do: buttons and forms with data-send.

const $ = (id) => document.getElementById(id);
const stored = () => localStorage.getItem('rof-actor')?.trim() ?? '';
const unnamed = () => document.body.dataset.noname !== undefined; // nobody signed in by a name

// actor is whose name a change bears; undefined leaves it to who signed in.
export const actor = () => (unnamed() ? ($('actor')?.value.trim() ?? stored()) || 'dashboard' : undefined);

// A verdict is on record for good, so it has a name.
const needsName = (url) => unnamed() && /\/(review|outcome)$/.test(url) && !($('actor')?.value.trim() ?? stored());

// askName asks for it where the button is, and goes on once it is there.
function askName(acts, then) {
  acts.querySelector('.who')?.remove();
  const form = document.createElement('form');
  const label = document.createElement('label');
  const input = document.createElement('input');
  const button = document.createElement('button');
  form.className = 'who';
  Object.assign(input, { maxLength: 64, required: true, autocomplete: 'nickname' });
  label.append('Your name, for the record ', input);
  button.textContent = 'Go on';
  form.append(label, button);
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const name = input.value.trim();
    if (!name) return;
    if ($('actor')) $('actor').value = name;
    localStorage.setItem('rof-actor', name);
    form.remove();
    then();
  });
  form.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.stopPropagation(); form.remove(); } });
  acts.append(form);
  input.focus();
}

// wire makes them work; after is called when one was done, or failed.
export function wire(after) {
  async function send(el, body) {
    const [method, url] = el.dataset.send.split(' ');
    const acts = el.closest('.acts');
    if (acts && needsName(url)) { askName(acts, () => send(el, body)); return; }
    const out = acts?.querySelector('output');
    const buttons = acts?.querySelectorAll('button') ?? [];
    buttons.forEach((b) => { b.disabled = true; });
    let done = false;
    try {
      const answer = await fetch(url, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...body, actor: actor() }),
      });
      if (answer.ok) {
        done = true;
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
    after(done);
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
    if (e.target.id === 'actor') localStorage.setItem('rof-actor', e.target.value);
  });
  if ($('actor')) $('actor').value = stored();
}
