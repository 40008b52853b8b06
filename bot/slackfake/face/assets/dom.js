// Nodes are built here and nowhere from markup: what stands in a message is text,
// whoever wrote it.

export const $ = (id) => document.getElementById(id);

export function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') el.addEventListener(key, value);
    else if (key === 'class') el.className = value;
    else if (key === 'value' || key === 'checked') el[key] = value;
    else el.setAttribute(key, value === true ? '' : value);
  }
  el.append(...kids.flat(Infinity).filter((k) => k !== null && k !== undefined && k !== false));
  return el;
}

// svg draws one of the page's own symbols.
export function svg(symbol, name, label) {
  const el = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  el.setAttribute('class', name);
  if (label) {
    el.setAttribute('role', 'img');
    el.setAttribute('aria-label', label);
  } else {
    el.setAttribute('aria-hidden', 'true');
  }
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${symbol}`);
  el.append(use);
  return el;
}

export const icon = (name) => svg(`i-${name}`, 'ic');

// toast says something that needs no answer, with one thing to do about it.
export function toast(text, action) {
  const el = h('div', { class: 'toast' }, h('span', null, text));
  if (action) el.append(h('button', { type: 'button', click: () => { el.remove(); action.do(); } }, action.text));
  $('toasts').replaceChildren(el);
  setTimeout(() => el.remove(), action ? 9000 : 6000);
}

// keep brings a list to its next state, touching only the members that changed.
// Each item has a key and a mark that changes with what it shows.
export function keep(list, known, items, make) {
  const wanted = new Map(items.map((item) => [item.key, item]));
  for (const [key, had] of known) {
    if (!wanted.has(key)) { had.el.remove(); known.delete(key); }
  }
  items.forEach((item, n) => {
    let had = known.get(item.key);
    if (!had || had.mark !== item.mark) {
      const el = make(item);
      if (had) {
        const focus = had.el.contains(document.activeElement) ? document.activeElement.dataset.focus ?? '' : null;
        if (item.loud !== false) el.classList.add('changed');
        had.el.replaceWith(el);
        if (focus !== null) {
          const next = (focus && el.querySelector(`[data-focus="${CSS.escape(focus)}"]`)) || el;
          if (next === el) el.tabIndex = -1;
          next.focus({ preventScroll: true });
        }
      }
      had = { el, mark: item.mark };
      known.set(item.key, had);
    }
    if (list.children[n] !== had.el) list.insertBefore(had.el, list.children[n] ?? null);
  });
}
