/** Everything at a glance: whether every vector is current, what needs a hand, and each collection. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {get} from '/assets/api.js';
import {NONE, compact, duration, number, percent, plural, rate, usd} from '/assets/format.js';
import {badge, change, collectionLink, command, empty, link, listing, meter, rowsOf, stat, state, stats, table} from '/assets/parts.js';

export const name = 'Overview';
export const title = () => 'Overview';
export const load = () => get('/v1/overview');

const FILTER_FROM = 9;

const sum = (list, read) => list.reduce((total, one) => total + Number(read(one)), 0);

/** What is true, in one sentence. */
function sentence(active, attention) {
  const rows = sum(active, (c) => c.rows);
  const outstanding = sum(active, (c) => c.outstanding);
  const problems = attention.filter((a) => a.level === 'problem').length;
  if (outstanding === 0 && problems === 0) {
    return ['good', 'Every vector is current', rows ? `${compact(rows)} rows in ${plural(active.length, 'collection')} that queries go to.` : 'There are no rows yet.'];
  }
  if (outstanding === 0) {
    return ['warning', 'Every vector is current, and something needs a hand', `${plural(problems, 'problem')} below.`];
  }
  const failed = sum(active, (c) => c.queue.dead);
  const kind = failed || problems ? 'problem' : 'busy';
  return [
    kind,
    `${percent(1 - outstanding / Math.max(rows, outstanding))} of the vectors are current`,
    `${plural(outstanding, 'row')} ${outstanding === 1 ? 'is' : 'are'} outstanding${failed ? `, of which ${compact(failed)} failed` : ''}; ${
      problems ? `${plural(problems, 'problem')} below.` : 'they are being worked off.'
    }`,
  ];
}

const about = (item) => {
  if (item.code === 'dead-letters') {
    return link(`#/failures?source=${encodeURIComponent(item.source)}`, 'See the rows');
  }
  if (item.code === 'cutover' || item.code === 'VK-M04') {
    return link(`#/migrations/${encodeURIComponent(item.source)}`, 'See the evidence');
  }
  if (item.source && item.profile) {
    return collectionLink(item.source, item.profile, 'See the collection');
  }
  return item.profile ? link('#/providers', 'See the provider') : nothing;
};

const attentionItem = (ctx, item) => html`
  <li class="attention ${item.level}">
    <div class="what">${badge(item.level, item.level)}<span>${item.sentence}</span></div>
    <div class="how">
      ${about(item)} ${command(ctx, item.command)}
      ${item.action ? change(ctx, item.action.label, item.action, {kind: item.level === 'problem' ? 'main' : ''}) : nothing}
    </div>
  </li>`;

const COLUMNS = [
  'Source',
  'Collection',
  'State',
  {name: 'Current', title: 'The share of rows whose vector is of the text that the row has now'},
  {name: 'Waiting', number: true},
  {name: 'Oldest', number: true},
  {name: 'Fresh p50', number: true, title: 'Half of the changes of the last day had their vector within this time'},
  {name: 'p95', number: true, title: '95 of 100 changes of the last day had their vector within this time'},
  {name: 'Rate', number: true, title: 'Rows a second during the last minute or two'},
  {name: 'Today', number: true},
  {name: 'Month', number: true},
];

const row = (c, first) => html`
  <tr class=${first ? 'first' : ''}>
    <th scope="row">${first ? html`<span class="strong">${c.source}</span> <span class="soft">${c.table}${c.sync === 'realtime' ? '' : ` · ${c.sync}`}</span>` : html`<span class="unseen">${c.source}</span>`}</th>
    <td>${collectionLink(c.source, c.profile)} ${c.active ? html`<span class="tag">active</span>` : nothing}<span class="soft below">${c.model}</span></td>
    <td>${state(c)}</td>
    <td>${meter(c.coverage, `Current vectors of ${c.source} under ${c.profile}`)}<span class="soft below">${rowsOf(c)}</span></td>
    <td class="number">${compact(c.queue.pending + c.queue.retries)}</td>
    <td class="number">${c.queue.oldest_seconds > 0 ? duration(c.queue.oldest_seconds) : NONE}</td>
    <td class="number">${duration(c.freshness.p50)}</td>
    <td class="number">${duration(c.freshness.p95)}</td>
    <td class="number">${rate(c.rate)}</td>
    <td class="number">${usd(c.spend.today)}</td>
    <td class="number">${usd(c.spend.month)}</td>
  </tr>`;

function rows(data, ctx) {
  const wanted = (ctx.ui.filter ?? '').toLowerCase();
  const shown = data.collections.filter((c) => `${c.source} ${c.table} ${c.profile}`.toLowerCase().includes(wanted));
  const order = new Map(data.sources.map((source, i) => [source.name, i]));
  shown.sort((a, b) => order.get(a.source) - order.get(b.source) || b.active - a.active);
  return repeat(
    shown,
    (c) => `${c.source}/${c.profile}`,
    (c) => row(c, shown.find((other) => other.source === c.source) === c),
  );
}

const FILE = `database: \${DATABASE_URL}
profiles:
  local: {provider: local, model: bge-small-en-v1.5-q}
sources:
  articles:
    table: public.articles
    text: "{title}: {body}"
    collections: [local]`;

const begin = (ctx) => html`
  <h1 tabindex="-1">Nothing is kept in step yet</h1>
  <p>Name a table of yours and what of a row to embed. This page shows the rest as it happens.</p>
  <ol class="steps">
    <li>${listing(ctx, 'vectorkeeper.yaml', FILE)}</li>
    <li>See what would be made, and make it. ${command(ctx, 'vectorkeeper apply --dry-run')} ${command(ctx, 'vectorkeeper apply --yes')}</li>
    <li>Start this server again; it embeds what is there, and from then on what changes. ${command(ctx, 'vectorkeeper serve')}</li>
  </ol>`;

export function page(data, ctx) {
  if (data.sources.length === 0) {
    return begin(ctx);
  }
  const active = data.collections.filter((c) => c.active);
  const judged = active.length ? active : data.collections;
  const [kind, head, more] = sentence(judged, data.attention);
  return html`
    <h1 tabindex="-1" class="unseen">Overview</h1>
    <section class="verdict ${kind}" aria-live="polite" aria-atomic="true">
      <p class="head">${badge(kind, {good: 'current', busy: 'catching up', warning: 'look', problem: 'mend'}[kind])}<strong>${head}.</strong></p>
      <p>${more}</p>
    </section>
    ${stats(
      stat('Sources', number(data.sources.length)),
      stat('Rows', compact(sum(judged, (c) => c.rows)), 'about'),
      stat('Waiting', compact(sum(data.collections, (c) => c.queue.pending + c.queue.retries))),
      stat('Failed', compact(sum(data.collections, (c) => c.queue.dead))),
      stat('Rate', rate(sum(data.collections, (c) => c.rate))),
      stat('Today', usd(sum(data.profiles, (p) => p.today.usd)), 'with queries'),
      stat('This month', usd(sum(data.profiles, (p) => p.month.usd)), 'with queries'),
    )}
    <section aria-labelledby="attention-title">
      <h2 id="attention-title">Needs a hand <span class="soft">${data.attention.length ? plural(data.attention.length, 'thing') : ''}</span></h2>
      ${data.attention.length
        ? html`<ul class="plain">${repeat(data.attention, (a) => `${a.code} ${a.source} ${a.profile} ${a.command}`, (a) => attentionItem(ctx, a))}</ul>`
        : empty('Nothing. Sources, triggers, providers, indexes and schedules are as they should be.')}
    </section>
    <section aria-labelledby="sources-title">
      <h2 id="sources-title">Sources and their collections</h2>
      ${data.sources.length >= FILTER_FROM
        ? html`<label class="field"><span>Show only</span><input type="search" .value=${ctx.ui.filter ?? ''} @input=${(e) => {
            ctx.ui.filter = e.target.value;
            ctx.update();
          }}></label>`
        : nothing}
      ${table('Collections', COLUMNS, rows(data, ctx), {hidden: true})}
      <p class="soft">Rows are the planner’s estimates; days and months are those of UTC.</p>
    </section>`;
}
