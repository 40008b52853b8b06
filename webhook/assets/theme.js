// The choice of colours. It is a cookie, so that the server's page has it at once.
(() => {
  const names = { auto: 'automatic', light: 'light', dark: 'dark' };
  const signs = { auto: '◐', light: '☀', dark: '☾' };
  const root = document.documentElement;
  const button = document.getElementById('theme');
  if (!button) return;
  const show = () => {
    const now = root.dataset.theme ?? 'auto';
    button.hidden = false;
    button.textContent = signs[now];
    button.title = `Colours: ${names[now]}`;
    button.setAttribute('aria-label', button.title);
  };
  button.addEventListener('click', () => {
    const order = Object.keys(names);
    const next = order[(order.indexOf(root.dataset.theme ?? 'auto') + 1) % order.length];
    if (next === 'auto') delete root.dataset.theme;
    else root.dataset.theme = next;
    document.cookie = `rof-theme=${next}; Path=/; SameSite=Lax; Max-Age=${next === 'auto' ? 0 : 31536000}`;
    show();
    dispatchEvent(new Event('rof-theme'));
  });
  show();
})();
