// Draws each figure's own table. The table is the truth, the chart the look of it.

const drawn = new Map(); // figure's id to its chart
const colour = (name) => {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const c = getComputedStyle(probe).color;
  probe.remove();
  return c;
};

function draw(figure) {
  const plot = figure.querySelector('.plot');
  const x = []; const y = [];
  for (const tr of figure.querySelectorAll('tbody tr')) {
    const { at, value } = tr.querySelector('[data-at]').dataset;
    // Two values of one moment are one: a line has no height there.
    if (x.at(-1) === at / 1000) { x.pop(); y.pop(); }
    x.push(at / 1000);
    y.push(Number(value));
  }
  drawn.get(figure.id)?.destroy();
  plot.replaceChildren();
  const data = [x, y];
  const series = [{}, { stroke: colour('--accent'), width: 2, label: figure.dataset.name, points: { size: 5 } }];
  if (figure.dataset.limit) {
    data.push(x.map(() => Number(figure.dataset.limit)));
    series.push({ stroke: colour('--critical'), width: 1, dash: [5, 4], label: 'limit', points: { show: false } });
  }
  const soft = colour('--soft'); const line = colour('--line');
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: '11px system-ui, sans-serif' };
  const clock = { hour: '2-digit', minute: '2-digit', second: x.at(-1) - x[0] < 600 ? '2-digit' : undefined, hourCycle: 'h23' };
  drawn.set(figure.id, new uPlot({ // from uplot.js, which comes before
    width: plot.clientWidth, height: 160, series, legend: { show: false }, cursor: { y: false },
    axes: [{ ...axis, space: 70, values: (u, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString(undefined, clock)) }, { ...axis, size: 48 }],
  }, data, plot));
}

function all() {
  for (const [id, chart] of drawn) if (!document.getElementById(id)) { chart.destroy(); drawn.delete(id); }
  document.querySelectorAll('figure.chart').forEach(draw);
}

const part = document.getElementById('values');
all();
if (part) new MutationObserver((list) => { if (list.some((m) => m.target === part)) all(); }).observe(part, { childList: true });
addEventListener('rof-theme', all);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
let width = innerWidth;
addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; all(); } });
