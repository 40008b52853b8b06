// History, trust and ask. They are whole without it; it adds local times, files
// that are dropped, progress, and verdicts.
import { times } from './times.js';
import { wire } from './act.js';

document.documentElement.classList.add('js');
times();
wire((done) => { if (done) location.reload(); });

const $ = (id) => document.getElementById(id);
const make = (tag, text, name) => {
  const el = document.createElement(tag);
  if (text !== undefined) el.textContent = text;
  if (name) el.className = name;
  return el;
};

const copy = $('copy');
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText($('address').textContent);
    copy.textContent = 'Copied';
  });
}

// --- files --------------------------------------------------------------------

const known = /\.(md|markdown|json|jsonl|ndjson|csv)$/i;
const most = 64 << 20;

// walk lists the files of what was dropped: of a folder those that can be read.
async function walk(entry, path, found) {
  if (entry.isFile) {
    const file = await new Promise((yes, no) => { entry.file(yes, no); });
    if (known.test(file.name) || !path.includes('/')) found.push([path, file]);
    else found.skipped = (found.skipped ?? 0) + 1;
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((yes, no) => { reader.readEntries(yes, no); });
    if (!some.length) return;
    for (const e of some) if (!e.name.startsWith('.') && e.name !== 'node_modules') await walk(e, `${path}/${e.name}`, found);
  }
}

// send uploads one file and tells how far it is.
function send(name, file, bar) {
  return new Promise((done) => {
    const x = new XMLHttpRequest();
    x.open('POST', `/api/v1/import?file=${encodeURIComponent(name)}`);
    x.setRequestHeader('Content-Type', 'application/octet-stream');
    x.upload.onprogress = (e) => { if (e.lengthComputable && e.loaded < e.total) bar.value = e.loaded / e.total; };
    x.upload.onload = () => { bar.removeAttribute('value'); }; // it is read now
    x.onloadend = () => {
      let answer = {};
      try { answer = JSON.parse(x.responseText); } catch { /* not ours */ }
      if (x.status === 401) location.reload();
      done(x.status === 200 ? answer : { problem: answer.detail || (x.status ? `Failed (${x.status})` : 'Not sent: the server is out of reach.') });
    };
    x.send(file);
  });
}

function summary(r) {
  if (r.problem) return r.problem;
  const parts = [[r.added, 'added'], [r.updated, 'updated'], [r.unchanged, 'unchanged'], [r.bad_count, 'bad']].filter(([n]) => n > 0);
  return parts.map(([n, what]) => `${n} ${what}`).join(', ') || 'nothing in it';
}

function report(li, r) {
  li.className = r.problem || r.bad_count ? 'is-bad' : 'is-in';
  li.querySelector('progress').remove();
  li.querySelector('span').textContent = summary(r);
  if (!r.bad?.length) return;
  const table = make('table');
  const head = table.createTHead().insertRow();
  head.append(make('th', 'Line'), make('th', 'What is wrong'));
  const body = table.createTBody();
  for (const b of r.bad) {
    const row = body.insertRow();
    row.append(make('td', b.line), make('td', b.error));
    row.lastChild.dir = 'auto';
  }
  li.append(table);
  if (r.bad_count > r.bad.length) li.append(make('p', `and ${r.bad_count - r.bad.length} more`, 'hint'));
}

let busy = Promise.resolve();

function take(files) {
  const list = $('files');
  for (const [name, file] of files) {
    const li = make('li');
    const line = make('p');
    const bar = make('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', name);
    line.append(make('b', name), ' ', make('span', 'waits'));
    li.append(line, bar);
    list.append(li);
    busy = busy.then(async () => {
      li.querySelector('span').textContent = '';
      if (file.size > most) report(li, { problem: `larger than ${most >> 20} MiB; split it, or use rof import` });
      else report(li, await send(name, file, bar));
    });
  }
  if (files.skipped) list.append(make('li', `${files.skipped} other ${files.skipped === 1 ? 'file was' : 'files were'} left out`, 'hint'));
}

const drop = $('drop');
if (drop) {
  const input = drop.querySelector('input[type=file]');
  const go = () => {
    take([...input.files].map((f) => [f.webkitRelativePath || f.name, f]));
    drop.reset();
  };
  drop.addEventListener('submit', (e) => {
    e.preventDefault();
    if (input.files.length) go(); else input.click();
  });
  input.addEventListener('change', () => { if (input.files.length) go(); });
  const over = (e) => { e.preventDefault(); drop.classList.add('is-over'); };
  const away = () => drop.classList.remove('is-over');
  drop.addEventListener('dragenter', over);
  drop.addEventListener('dragover', over);
  drop.addEventListener('dragleave', (e) => { if (!drop.contains(e.relatedTarget)) away(); });
  // What misses the zone must not take the page away.
  for (const name of ['dragover', 'drop']) addEventListener(name, (e) => e.preventDefault());
  drop.addEventListener('drop', async (e) => {
    e.preventDefault();
    away();
    const found = [];
    const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
    if (entries.length) for (const entry of entries) await walk(entry, entry.name, found);
    else for (const f of e.dataTransfer.files) found.push([f.name, f]);
    take(found);
  });
}
