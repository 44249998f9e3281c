/** Who embeds: pauses, quota, latency and errors of each profile. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {get, path, query} from '/assets/api.js';
import {chart, timeline} from '/assets/charts.js';
import {compact, number, usd} from '/assets/format.js';
import {badge, change, command, empty, stat, stats, time, windows} from '/assets/parts.js';

const LATELY = 300_000;

export const name = 'Providers';
export const title = () => 'Providers';

export async function load(route) {
  const window = route.parameters.window ?? 'hour';
  const profiles = await get('/v1/profiles');
  const activities = await Promise.all(profiles.map((p) => get('/v1/activity' + query({profile: p.name, window}))));
  return {window, profiles: profiles.map((profile, i) => ({...profile, activity: activities[i]}))};
}

const troubled = (p) => p.trouble && Date.now() - new Date(p.trouble.at).getTime() < LATELY;

const state = (p) => {
  if (p.paused) return badge('problem', 'paused');
  if (!p.declared) return badge('warning', 'not declared');
  return troubled(p) ? badge('problem', 'does not answer') : badge('good', 'in use');
};

const budget = (label, left) =>
  left ? stat(label, compact(left.left), html`${left.limit > 0 ? `of ${compact(left.limit)}` : nothing}${left.reset_at ? html` until ${time(left.reset_at)}` : nothing}`) : nothing;

function provider(ctx, p, window) {
  const line = timeline(p.activity, window);
  const quota = p.usage.quota;
  const at = (verb) => ({path: path`/v1/profiles/${p.name}/` + verb, body: {}});
  return html`
    <section class="card" aria-labelledby=${`p-${p.name}`}>
      <div class="heading"><h2 id=${`p-${p.name}`}>${p.name}</h2>${state(p)}
        <span class="soft">${p.provider} · ${p.model} · ${number(p.dimensions)} dimensions</span></div>
      ${p.paused ? html`<p class="bar problem">Paused: ${p.paused}</p>` : nothing}
      ${p.trouble ? html`<p class="bar ${troubled(p) ? 'problem' : 'notice'}">Last trouble ${time(p.trouble.at)}: ${p.trouble.why} <code>${p.trouble.code}</code></p>` : nothing}
      ${stats(
        stat('Today', usd(p.usage.today.usd), `${compact(p.usage.today.tokens)} tokens`),
        stat('This month', usd(p.usage.month.usd), `${compact(p.usage.month.tokens)} tokens`),
        stat('In all', usd(p.usage.total.usd), `${compact(p.usage.total.requests)} requests`),
        stat('Sent again', compact(p.usage.total.retries), 'requests'),
        budget('Requests left', quota?.requests),
        budget('Tokens left', quota?.tokens),
        quota ? nothing : stat('Quota', '–', 'the provider names none'),
      )}
      <div class="charts">
        ${chart('Latency', 'How long embedding a batch took.', {
          type: 'line', labels: line.labels, unit: 'seconds',
          series: [
            {name: 'p50', values: line.of((s) => s.latency.p50, null), colour: 'series-1'},
            {name: 'p95', values: line.of((s) => s.latency.p95, null), colour: 'series-2', dash: [5, 3]},
          ],
        })}
        ${chart('Requests and errors', `${compact(line.total((s) => s.requests))} requests, ${compact(line.total((s) => s.troubles))} batches without an answer, ${compact(line.total((s) => s.failed))} rows refused.`, {
          type: 'bar', labels: line.labels,
          series: [
            {name: 'requests', values: line.of((s) => s.requests), colour: 'series-1'},
            {name: 'without an answer', values: line.of((s) => s.troubles), colour: 'series-5'},
            {name: 'rows refused', values: line.of((s) => s.failed), colour: 'series-2'},
          ],
        })}
      </div>
      <div class="buttons">
        ${p.paused
          ? change(ctx, `Resume ${p.name}`, at('resume'), {kind: 'main'})
          : change(ctx, `Pause ${p.name}…`, at('pause'), {
              confirm: {title: `Pause ${p.name}?`, body: html`<p>Nothing is embedded under ${p.name} until it is resumed; changes wait. Searches by text under it go on.</p>`},
            })}
        ${command(ctx, p.paused ? `vectorkeeper resume ${p.name}` : `vectorkeeper provider test ${p.name}`)}
      </div>
    </section>`;
}

export const page = ({profiles, window}, ctx) => html`
  <div class="heading"><h1 tabindex="-1">Providers</h1>${windows(ctx, window)}</div>
  ${profiles.length ? repeat(profiles, (p) => p.name, (p) => provider(ctx, p, window)) : empty('No profile is in the catalog yet.')}`;
