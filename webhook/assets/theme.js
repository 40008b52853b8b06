// The scheme of colours is set before anything is painted.
(() => {
  const names = { auto: 'automatic', light: 'light', dark: 'dark' };
  const signs = { auto: '◐', light: '☀', dark: '☾' };
  const kept = () => { try { return localStorage.getItem('rof-theme') in names ? localStorage.getItem('rof-theme') : 'auto'; } catch { return 'auto'; } };
  let now = kept();
  const set = () => {
    if (now === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    const b = document.getElementById('theme');
    if (!b) return;
    b.hidden = false;
    b.textContent = signs[now];
    b.title = `Colours: ${names[now]}`;
    b.setAttribute('aria-label', b.title);
    dispatchEvent(new Event('rof-theme'));
  };
  set();
  document.addEventListener('DOMContentLoaded', () => {
    set();
    document.getElementById('theme')?.addEventListener('click', () => {
      const order = Object.keys(names);
      now = order[(order.indexOf(now) + 1) % order.length];
      try { localStorage.setItem('rof-theme', now); } catch { /* it is good for this page */ }
      set();
    });
  });
})();
