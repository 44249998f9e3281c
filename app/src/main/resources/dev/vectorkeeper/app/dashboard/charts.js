/** Charts that keep their size and change in place; each has its figures as a table too. */

import '/assets/chart.js/chart.umd.min.js';
import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';

const {Chart} = globalThis;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Vertical lines at values of the horizontal axis, each with what it says. */
const marks = {
  id: 'marks',
  afterDatasetsDraw(chart) {
    const {ctx, chartArea, scales} = chart;
    const all = (chart.options.plugins.marks?.at ?? []).map((mark) => ({text: mark.text, x: scales.x.getPixelForValue(mark.at)}));
    ctx.save();
    ctx.strokeStyle = colour('text');
    ctx.setLineDash([4, 3]);
    all.forEach(({x}) => {
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
    });
    ctx.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    all.forEach(({x, text}, i) => {
      const left = x > (chartArea.left + chartArea.right) / 2;
      const width = ctx.measureText(text).width;
      const from = left ? x - width - 5 : x + 5;
      const y = chartArea.top + 12 + i * 17;
      ctx.fillStyle = colour('card');
      ctx.fillRect(from - 2, y - 12, width + 4, 16);
      ctx.fillStyle = colour('text');
      ctx.fillText(text, from, y);
    });
    ctx.restore();
  },
};

/** A canvas that a specification draws on; the next one changes the same chart. */
class ChartElement extends HTMLElement {
  #chart;
  #spec;

  set spec(spec) {
    const before = this.#spec;
    this.#spec = spec;
    if (this.#chart && JSON.stringify(before) !== JSON.stringify(spec)) {
      this.draw();
    }
  }

  connectedCallback() {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    this.replaceChildren(canvas);
    this.#chart = new Chart(canvas, {type: this.#spec.type, data: {datasets: []}, options: {}, plugins: [marks]});
    this.draw();
  }

  disconnectedCallback() {
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  draw() {
    if (!this.#chart) return;
    const spec = this.#spec;
    this.#chart.data.labels = spec.labels;
    spec.series.forEach((series, i) => {
      const known = this.#chart.data.datasets[i] ?? {};
      this.#chart.data.datasets[i] = Object.assign(known, {
        label: series.name,
        data: series.values,
        borderColor: colour(series.colour),
        backgroundColor: colour(series.colour) + (spec.type === 'line' ? '22' : 'cc'),
        borderWidth: spec.type === 'line' ? 2 : 0,
        borderDash: series.dash ?? [],
        fill: Boolean(series.fill),
        pointRadius: 0,
        pointHitRadius: 8,
        tension: 0,
        spanGaps: false,
        barPercentage: 1,
        categoryPercentage: 0.92,
      });
    });
    this.#chart.data.datasets.length = spec.series.length;
    this.#chart.options = options(spec);
    this.#chart.update('none');
  }
}

function options(spec) {
  const text = colour('soft');
  const axis = (title, more = {}) => ({
    title: {display: Boolean(title), text: title, color: text},
    ticks: {color: text, maxRotation: 0, autoSkipPadding: 16, ...more.ticks},
    grid: {color: colour('line'), drawTicks: false, ...more.grid},
    border: {display: false},
    stacked: Boolean(spec.stacked),
  });
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: {mode: 'index', intersect: false},
    font: {family: getComputedStyle(document.body).fontFamily},
    scales: {
      x: axis(spec.x, {
        grid: {display: false},
        ticks: spec.ticks ? {callback: (value, i) => spec.ticks[i] ?? '', autoSkip: true} : {},
      }),
      y: {...axis(spec.y, {ticks: {maxTicksLimit: 5, callback: (value) => shown(spec, value)}}), beginAtZero: true, suggestedMax: 1e-9},
    },
    plugins: {
      legend: {
        display: spec.series.length > 1,
        align: 'start',
        labels: {color: colour('text'), boxWidth: 10, boxHeight: 10},
      },
      tooltip: {callbacks: {label: (item) => `${item.dataset.label}: ${shown(spec, item.raw)}`}},
      marks: {at: spec.marks ?? []},
    },
  };
}

const UNITS = {
  plain: (value) => (Math.abs(value) >= 10_000 ? Intl.NumberFormat('en', {notation: 'compact'}).format(value) : String(Math.round(value * 1e4) / 1e4)),
  seconds: (value) =>
    value === 0 ? '0' : value < 1 ? `${Math.round(value * 1000)} ms` : value < 120 ? `${Math.round(value * 10) / 10} s` : `${Math.round(value / 60)} min`,
  usd: (value) => `$${Number(value.toPrecision(3))}`,
};

const shown = (spec, value) => (value == null ? 'none' : UNITS[spec.unit ?? 'plain'](value));

customElements.define('vk-chart', ChartElement);

/** Gives all charts the colours that the page has now. */
export const retheme = () => document.querySelectorAll('vk-chart').forEach((chart) => chart.draw());

/**
 * A chart with a heading and, to be unfolded, its figures.
 *
 * @param spec type, labels, series (name, values, colour), and if wanted x, y, unit, stacked, marks, ticks
 */
export const chart = (title, summary, spec) => html`
  <figure class="chart">
    <figcaption><h3>${title}</h3>${summary ? html`<p>${summary}</p>` : nothing}</figcaption>
    <vk-chart .spec=${spec}></vk-chart>
    <details>
      <summary>Figures<span class="unseen"> of ${title}</span></summary>
      <div class="scroll" role="region" aria-label=${`Figures of ${title}`} tabindex="0">
        <table>
          <caption class="unseen">${title}</caption>
          <thead><tr><th scope="col">${spec.x || 'at'}</th>${spec.series.map((s) => html`<th scope="col" class="number">${s.name}</th>`)}</tr></thead>
          <tbody>${repeat(
            spec.labels.map((label, i) => i).filter((i) => spec.series.some((s) => s.values[i])),
            (i) => spec.labels[i],
            (i) => html`<tr><th scope="row">${spec.labels[i]}</th>${spec.series.map((s) => html`<td class="number">${shown(spec, s.values[i])}</td>`)}</tr>`,
          )}</tbody>
        </table>
      </div>
    </details>
  </figure>`;

const clock = {hour: '2-digit', minute: '2-digit'};
const day = {day: 'numeric', month: 'short'};
const FORMS = {hour: clock, day: clock, week: {...day, hour: '2-digit'}, month: day, year: day};

/** Stretches with those between them in which nothing was done, and what to call each. */
export function timeline(activity, window) {
  const step = activity.step_seconds * 1000;
  const begin = new Date(activity.from).getTime();
  const known = new Map(activity.stretches.map((stretch) => [new Date(stretch.at).getTime(), stretch]));
  const last = Math.floor((Date.now() - begin) / step);
  const all = Array.from({length: last + 1}, (_, i) => known.get(begin + i * step));
  const form = new Intl.DateTimeFormat('en-GB', FORMS[window]);
  return {
    labels: all.map((_, i) => form.format(begin + i * step)),
    seconds: activity.step_seconds,
    of: (read, otherwise = 0) => all.map((stretch) => (stretch ? read(stretch) ?? otherwise : otherwise)),
    total: (read) => activity.stretches.reduce((sum, stretch) => sum + Number(read(stretch)), 0),
  };
}

/** A histogram of counts in equal steps between two values. */
export const histogram = (title, summary, {low, high, counts, x, y, marked = [], colour: shade = 'series-1'}) => {
  const width = (high - low) / counts.length || 1;
  const at = (value) => Math.max(-0.5, Math.min(counts.length - 0.5, (value - low) / width - 0.5));
  const digits = high - low > 20 ? 0 : high - low > 2 ? 1 : 2;
  return chart(title, summary, {
    type: 'bar',
    labels: counts.map((_, i) => `${(low + i * width).toFixed(digits)} to ${(low + (i + 1) * width).toFixed(digits)}`),
    ticks: counts.map((_, i) => (low + i * width).toFixed(digits)),
    series: [{name: y, values: counts, colour: shade}],
    x,
    y,
    marks: marked.map((mark) => ({at: at(mark.at), text: mark.text})),
  });
};

/** How many values fall into each of so many equal steps. */
export function spread(values, steps) {
  const high = Math.max(...values, 1e-9);
  const counts = new Array(steps).fill(0);
  values.forEach((value) => counts[Math.min(steps - 1, Math.floor((value / high) * steps))]++);
  return {low: 0, high, counts};
}
