/** One collection: what was done over time, its backfill, and what it is made of. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {get, path, post, query} from '/assets/api.js';
import {chart, timeline} from '/assets/charts.js';
import {bytes, compact, duration, number, percent, plural, rate, usd} from '/assets/format.js';
import {badge, change, command, empty, link, meter, rowsOf, stat, state, stats, windows} from '/assets/parts.js';

export const title = (route) => `${route.parts[1]} under ${route.parts[2]}`;

export async function load(route) {
  const [, source, profile] = route.parts;
  const window = route.parameters.window ?? 'hour';
  const [detail, activity, overview] = await Promise.all([
    get(path`/v1/sources/${source}/collections/${profile}`),
    get('/v1/activity' + query({source, profile, window})),
    get('/v1/overview'),
  ]);
  const standing = overview.collections.find((c) => c.source === source && c.profile === profile);
  return {detail, activity, standing, window, of: overview.sources.find((s) => s.name === source)};
}

const length = (value) => (value === 'true' ? 'scaled to length one' : 'not scaled');
const prefix = (whose) => (value) => value && `${whose} begin with “${value.trim()}”`;

/** What shapes a space, in words; what is left empty says nothing. */
const SHAPES = {
  pooling: (value) => `token vectors joined by ${value} pooling`,
  normalize: length,
  normalise: length,
  truncate: (value) => (value === 'none' ? 'texts that are too long are refused' : 'texts that are too long are cut'),
  'max tokens': (value) => `texts cut at ${value} tokens`,
  'document prefix': prefix('documents'),
  'query prefix': prefix('queries'),
  'query task': (value) => value && `queries for the task ${value}`,
  weights: (value) => `weights ${value}`,
};

/** What decides whether two vectors may be compared, in a sentence. */
function inWords(detail) {
  const shape = Object.entries(detail.shape).sort();
  const known = shape
    .map(([key, value]) => (SHAPES[key] ?? ((said) => `${key} ${said}`))(value))
    .filter(Boolean);
  return `${number(detail.dimensions)} numbers a vector from ${detail.model}${
    detail.task ? `, for the task ${detail.task}` : ''
  }${known.length ? '; ' + known.join(', ') : ''}.`;
}

const INDEXES = {hnsw: 'HNSW', ivfflat: 'IVFFlat', none: 'none'};

const facts = (detail, sourceOf) => html`
  <section aria-labelledby="facts-title">
    <h2 id="facts-title">What it is</h2>
    <dl class="facts">
      <div><dt>Vectors</dt><dd>${inWords(detail)} Vectors may be compared only where all of this is equal.</dd></div>
      <div><dt>Fingerprint</dt><dd><code class="long">${detail.fingerprint}</code></dd></div>
      <div><dt>Provider</dt><dd>${detail.provider}</dd></div>
      <div><dt>Kept in</dt><dd><code>${detail.table}</code>${detail.column ? html`, column <code>${detail.column}</code>` : nothing}, ${bytes(detail.bytes)} with indexes</dd></div>
      <div><dt>Index</dt><dd>${INDEXES[detail.index.type]}${
        detail.index.type === 'none'
          ? nothing
          : html`, ${detail.index.distance} distance, ${detail.index.precision} precision${Object.entries(detail.index.parameters).map(([key, value]) => `, ${key} ${value}`)};
              ${bytes(detail.index.bytes)} ${detail.index.ready ? badge('good', 'valid') : badge('warning', 'not there yet')}<br><code>${detail.index.name}</code>`
      }</dd></div>
      <div><dt>Searched by</dt><dd>${sourceOf?.match_function ? html`<code>${sourceOf.match_function}(vector, …, collection => '${detail.profile}')</code>` : 'the views alone'}</dd></div>
    </dl>
  </section>`;

function backfill(ctx, detail, standing) {
  const {source, profile} = detail;
  const last = standing.backfill;
  const at = (verb) => ({path: path`/v1/sources/${source}/backfills/` + verb, body: {profile}});
  const running = last?.state === 'running';
  const open = running || last?.state === 'paused';
  const share = last ? (last.rows_expected ? Math.min(1, last.rows_done / last.rows_expected) : 1) : 0;
  const perSecond = last && last.seconds > 0 ? last.rows_done / last.seconds : 0;
  const left = last ? Math.max(0, last.rows_expected - last.rows_done) : 0;
  return html`
    <section aria-labelledby="backfill-title">
      <h2 id="backfill-title">Backfill</h2>
      ${last
        ? html`<div class="progress">
            ${badge(running ? 'busy' : last.state === 'paused' ? 'warning' : last.state === 'done' ? 'good' : 'off', last.state)}
            ${meter(last.state === 'done' ? 1 : share, 'Progress of the backfill')}
            <span>${number(last.rows_done)} of ≈ ${number(Math.max(last.rows_done, last.rows_expected))} rows</span>
            <span>${rate(perSecond)} on average</span>
            ${running && perSecond > 0 ? html`<span>about ${duration(left / perSecond)} left</span>` : nothing}
            <span>${compact(last.result.usage.tokens)} tokens, ${usd(last.result.usage.usd)}${last.budget_usd ? ` of ${usd(last.budget_usd)}` : ''}</span>
          </div>
          ${last.paused_why && open ? html`<p class="bar warning">Paused: ${last.paused_why}</p>` : nothing}
          ${last.slowed_why && running ? html`<p class="bar notice">Slowed down: ${last.slowed_why}</p>` : nothing}`
        : empty('There was none yet.')}
      <div class="buttons">
        ${running ? change(ctx, 'Pause', at('pause')) : nothing}
        ${last?.state === 'paused' ? change(ctx, 'Resume', at('resume'), {kind: 'main'}) : nothing}
        ${open
          ? change(ctx, 'Cancel…', at('cancel'), {
              confirm: {title: 'End this backfill?', body: html`<p>What it stored stays. ${plural(left, 'row')} will not be looked at until another one is begun.</p>`, danger: true},
            })
          : html`${change(ctx, 'Estimate', async () => {
              const [estimate] = await post(path`/v1/sources/${source}/backfills`, {profile, dry_run: true});
              ctx.ui.estimate = estimate;
              return estimate;
            }, {said: () => 'The estimate is below.'})}
            ${change(ctx, 'Begin a backfill…', {path: path`/v1/sources/${source}/backfills`, body: {profile}}, {
              confirm: {title: `Look at every row of ${source} again?`, body: html`<p>Rows whose text is unchanged cost nothing. Others are embedded under <strong>${profile}</strong> by ${detail.provider}.</p>`},
            })}`}
        ${command(ctx, `vectorkeeper backfill ${running ? 'pause ' : last?.state === 'paused' ? 'resume ' : ''}${source}`)}
      </div>
      ${ctx.ui.estimate ? estimated(ctx.ui.estimate) : nothing}
    </section>`;
}

const estimated = (e) =>
  stats(
    stat('Rows to embed', number(e.rows)),
    stat('Tokens', compact(e.tokens)),
    stat('Price', e.usd == null ? 'not known' : usd(e.usd)),
    stat('Disk', bytes(e.table_bytes + e.index_bytes)),
    stat('Time', e.time == null ? 'no limit declared' : `at least ${duration(e.time)}`),
  );

function charts(activity, window) {
  const line = timeline(activity, window);
  const perSecond = (read) => line.of((s) => Number(read(s)) / line.seconds);
  const total = (read) => compact(line.total(read));
  return html`<div class="charts">
    ${chart('Rate', `${total((s) => s.embedded)} vectors stored, ${total((s) => s.reused)} of them from equal texts without a call.`, {
      type: 'line', labels: line.labels, y: 'rows a second',
      series: [{name: 'stored', values: perSecond((s) => s.embedded), colour: 'series-1', fill: true}],
    })}
    ${chart('Freshness', 'From the commit of a change to its stored vector.', {
      type: 'line', labels: line.labels, unit: 'seconds',
      series: [
        {name: 'p50', values: line.of((s) => s.freshness.p50, null), colour: 'series-1'},
        {name: 'p95', values: line.of((s) => s.freshness.p95, null), colour: 'series-2', dash: [5, 3]},
      ],
    })}
    ${chart('Latency', 'How long embedding a batch took, waiting for limits included.', {
      type: 'line', labels: line.labels, unit: 'seconds',
      series: [
        {name: 'p50', values: line.of((s) => s.latency.p50, null), colour: 'series-1'},
        {name: 'p95', values: line.of((s) => s.latency.p95, null), colour: 'series-2', dash: [5, 3]},
      ],
    })}
    ${chart('Outcomes', `${total((s) => s.failed)} attempts failed, ${total((s) => s.troubles)} batches without an answer.`, {
      type: 'bar', stacked: true, labels: line.labels, y: 'rows',
      series: [
        {name: 'stored', values: line.of((s) => s.embedded), colour: 'series-1'},
        {name: 'unchanged', values: line.of((s) => s.unchanged), colour: 'series-3'},
        {name: 'removed', values: line.of((s) => s.removed), colour: 'series-4'},
        {name: 'failed', values: line.of((s) => s.failed), colour: 'series-5'},
      ],
    })}
    ${chart('Tokens', `${total((s) => s.tokens)} in ${total((s) => s.requests)} requests.`, {
      type: 'bar', labels: line.labels, y: 'tokens', series: [{name: 'tokens', values: line.of((s) => s.tokens), colour: 'series-3'}],
    })}
    ${chart('Cost', `${usd(line.total((s) => s.usd))} in all.`, {
      type: 'bar', labels: line.labels, unit: 'usd', series: [{name: 'US dollars', values: line.of((s) => Number(s.usd)), colour: 'series-2'}],
    })}
  </div>`;
}

export function page({detail, activity, standing, window, of}, ctx) {
  return html`
    <nav class="crumbs" aria-label="Where this is">${link('#/', 'Overview')} <span aria-hidden="true">›</span> ${detail.source}</nav>
    <h1 tabindex="-1">${detail.source} <span class="soft">under</span> ${detail.profile}
      ${detail.active ? html`<span class="tag">active</span>` : nothing} ${standing ? state(standing) : badge('off', detail.state)}</h1>
    ${standing
      ? html`${stats(
          stat('Current', percent(standing.coverage), rowsOf(standing)),
          stat('Waiting', compact(standing.queue.pending + standing.queue.retries), standing.queue.oldest_seconds > 0 ? `oldest ${duration(standing.queue.oldest_seconds)}` : ''),
          stat('Failed', compact(standing.queue.dead)),
          stat('Freshness', duration(standing.freshness.p50), standing.freshness.p95 == null ? 'no change in a day' : `p95 ${duration(standing.freshness.p95)}`),
          stat('Rate', rate(standing.rate)),
          stat('Today', usd(standing.spend.today), `${usd(standing.spend.month)} this month`),
        )}
        ${standing.queue.dead > 0 ? html`<p>${link(`#/failures?source=${encodeURIComponent(detail.source)}`, `See the ${plural(standing.queue.dead, 'row')} that failed`)}</p>` : nothing}
        ${backfill(ctx, detail, standing)}`
      : nothing}
    <section aria-labelledby="time-title">
      <div class="heading"><h2 id="time-title">Over time</h2>${windows(ctx, window)}</div>
      ${charts(activity, window)}
    </section>
    ${facts(detail, of)}`;
}
