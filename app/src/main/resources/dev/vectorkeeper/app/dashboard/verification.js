/** What a verification found, as pictures. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {chart, histogram, spread} from '/assets/charts.js';
import {NONE, figure, number, percent} from '/assets/format.js';
import {badge, table, time} from '/assets/parts.js';

const STEPS = 30;

const ATMOST = new Set(['recall', 'overlap']);

const between = (interval) => `${figure(interval.value)} (95 % of samples: ${figure(interval.low)} to ${figure(interval.high)})`;

const found = (check) => (Number.isInteger(check.value) ? number(check.value) : figure(check.value));

const checks = (report) => {
  const failed = report.checks.filter((check) => !check.passed).length;
  return html`<details class="more" ?open=${failed > 0}>
    <summary>${report.checks.length} checks, ${failed ? `${failed} beyond their limits` : 'all within their limits'}</summary>
    ${checked(report)}
  </details>`;
};

const checked = (report) =>
  table('What was checked', ['Check', {name: 'Found', number: true}, {name: 'Limit', number: true}, 'Passed', 'For example'],
    report.checks.map((check) => html`<tr>
      <th scope="row">${check.name}</th>
      <td class="number">${found(check)}</td>
      <td class="number">${check.limit == null ? NONE : `${ATMOST.has(check.name) ? '≥' : '≤'} ${check.limit}`}</td>
      <td>${check.limit == null ? html`<span class="soft">told only</span>` : badge(check.passed ? 'good' : 'problem', check.passed ? 'yes' : 'no')}</td>
      <td class="wide">${check.sample_keys.map((key) => html`<code>${key}</code> `)}</td>
    </tr>`), {hidden: true});

/** How many of the sampled rows have each share of so many neighbours. */
const shares = (title, summary, neighbours, values) => {
  const counts = new Array(neighbours + 1).fill(0);
  values.forEach((share) => counts[Math.round(share * neighbours)]++);
  return chart(title, summary, {
    type: 'bar',
    labels: counts.map((_, i) => String(i)),
    series: [{name: 'rows', values: counts, colour: 'series-1'}],
    x: `of ${neighbours} neighbours`,
    y: 'rows',
  });
};

const share = (sorted, of) => sorted[Math.min(sorted.length - 1, Math.ceil(of * sorted.length) - 1)];

const searches = (search) => {
  const p50 = share(search.millis, 0.5);
  const p95 = share(search.millis, 0.95);
  return html`
    ${shares('Recall against an exact search', `Of the ${search.neighbours} nearest rows a search finds ${between(search.recall)}, by ${number(search.sample)} rows.`, search.neighbours, search.recall_by_row)}
    ${histogram('How long a search takes', `Half take at most ${p50.toFixed(1)} ms, 95 of 100 at most ${p95.toFixed(1)} ms.`, {
      ...spread(search.millis, STEPS), x: 'milliseconds', y: 'searches', colour: 'series-3',
      marked: [{at: p50, text: `half: ${p50.toFixed(1)} ms`}, {at: p95, text: `95 of 100: ${p95.toFixed(1)} ms`}],
    })}`;
};

const comparison = (report, c) => html`
  ${shares(`Neighbours that ${c.against} and ${report.profile} share`, `Of a row’s ${c.neighbours} nearest rows ${between(c.overlap)} are the same.`, c.neighbours, c.overlap_by_row)}
  ${histogram(`Similarities under ${c.against}, the old space`, 'Of rows to their nearest rows.', {
    ...c.similarities_before, x: 'similarity', y: 'pairs', colour: 'series-4',
    marked: c.thresholds.map((t) => ({at: t.from, text: `${figure(t.from)} accepts ${percent(t.share)}`})),
  })}
  ${histogram(`Similarities under ${report.profile}, the new space`, 'Of the same rows to their nearest rows.', {
    ...c.similarities, x: 'similarity', y: 'pairs', colour: 'series-1',
    marked: c.thresholds.map((t) => ({at: t.to.value, text: `${figure(t.to.value)} instead of ${figure(t.from)}`})),
  })}`;

const thresholds = (report, c) =>
  table('Thresholds', [{name: `Under ${c.against}`, number: true}, {name: 'Accepts', number: true}, {name: `Under ${report.profile}`, number: true}, '95 % of samples', 'By labelled pairs'],
    c.thresholds.map((t) => html`<tr>
      <td class="number">${figure(t.from)}</td>
      <td class="number">${percent(t.share)}</td>
      <td class="number strong">${figure(t.to.value)}</td>
      <td>${figure(t.to.low)} to ${figure(t.to.high)}${t.is_outside ? ' (says little)' : ''}</td>
      <td>${t.by_pairs ? `${figure(t.by_pairs.to)} (F1 ${figure(t.by_pairs.f1)}, was ${figure(t.by_pairs.f1_before)})` : NONE}</td>
    </tr>`), {note: 'which similarity accepts as many pairs in the new space as the old one did'});

export const verification = (report) => html`
  <div class="heading"><h3>${report.profile} <span class="soft">${report.model}, ${number(report.dimensions)} dimensions</span></h3>
    ${badge(report.passed ? 'good' : 'problem', report.passed ? 'passed' : 'did not pass')} <span class="soft">${time(report.at)}</span></div>
  <p>${number(report.vectors)} of ${number(report.rows)} rows have a vector; ${number(report.pending)} wait to be looked at again, which is no defect.</p>
  <div class="charts">${report.search ? searches(report.search) : nothing}${report.comparison ? comparison(report, report.comparison) : nothing}</div>
  ${report.comparison?.thresholds.length ? thresholds(report, report.comparison) : nothing}
  ${checks(report)}`;
