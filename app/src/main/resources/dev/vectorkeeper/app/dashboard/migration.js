/** Changing the model of a source: how far it is, what was found, and going on or back. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {Problem, get, path, post} from '/assets/api.js';
import {bytes, compact, moment, number, usd} from '/assets/format.js';
import {badge, change, choose, command, empty, link, meter, table, time} from '/assets/parts.js';
import {verification} from '/assets/verification.js';

export const name = 'Migrations';
export const title = (route) => (route.parts[1] ? `Migration of ${route.parts[1]}` : 'Migrations');

export async function load(route) {
  const [, source] = route.parts;
  const overview = await get('/v1/overview');
  if (!source) {
    return {overview};
  }
  const [migration, reports, profiles, settings] = await Promise.all([
    get(path`/v1/sources/${source}/migration`),
    get(path`/v1/sources/${source}/verification`),
    get('/v1/profiles'),
    get('/v1/settings'),
  ]);
  const declared = settings.profiles.map((profile) => profile.name);
  return {overview, source, migration, reports, profiles, declared, of: overview.sources.find((s) => s.name === source)};
}

const at = (source, step) => path`/v1/sources/${source}/migration/` + step;
const to = (source) => `#/migrations/${encodeURIComponent(source)}`;

/** The gates in order, each with the state that is reached behind it and what it asks. */
const GATES = [
  ['planned', 'Planned', 'nothing stops it'],
  ['prepared', 'Prepared', 'the new collection is there'],
  ['indexing', 'Filled', 'every row is embedded'],
  ['verifying', 'Indexed', 'the vector index is valid'],
  ['ready', 'Verified', 'what is stored is right'],
  ['cut over', 'Cut over', 'searches go to the new model'],
  ['retired', 'Retired', 'the old vectors are dropped'],
];
const WORKING = new Set(['planned', 'prepared', 'backfilling', 'indexing', 'verifying']);
const ENDED = new Set(['retired', 'aborted']);

const kind = (state) =>
  state === 'retired' || state === 'cut over' ? 'good' : state === 'ready' ? 'notice' : WORKING.has(state) ? 'busy' : 'off';

/** How many gates are behind it. */
function passed(status) {
  const place = (state) => GATES.findIndex(([name]) => name === state) + 1;
  switch (status.migration.state) {
    case 'backfilling':
      return place('prepared');
    case 'rolled back':
      return place('ready');
    case 'aborted':
      return Math.max(...status.journal.map((entry) => place(entry.state)));
    default:
      return place(status.migration.state);
  }
}

function steps(status, standing) {
  const {state} = status.migration;
  const behind = passed(status);
  return html`<ol class="line" aria-label="Steps of the migration">
    ${GATES.map(([name, word, what], i) => {
      const done = i < behind;
      const under = i === behind && WORKING.has(state);
      const found = done ? status.journal.findLast((entry) => entry.state === name) : undefined;
      return html`<li class=${done ? 'done' : under ? 'under' : 'ahead'} aria-current=${i === behind ? 'step' : nothing}>
        <span class="mark" aria-hidden="true">${done ? '✓' : i + 1}</span>
        <strong>${word}<span class="unseen"> ${done ? 'done' : under ? 'under way' : 'ahead'}</span></strong>
        <span class="soft few" title=${found ? found.note : nothing}>${found ? found.note : what}</span>
        ${under && state === 'backfilling' && standing ? meter(standing.coverage, 'Filled') : nothing}
        ${found ? html`<span class="soft">${time(found.at)}</span>` : nothing}
      </li>`;
    })}
  </ol>`;
}

const journal = (status) => html`
  <details class="more"><summary>Journal</summary>
    ${table('Journal', ['When', 'State', 'What', 'Who'], status.journal.map((entry) => html`<tr>
      <th scope="row">${moment(entry.at)}</th><td>${entry.state}</td><td class="wide">${entry.note}</td><td>${entry.who}</td></tr>`), {hidden: true})}
  </details>`;

const cost = (status) =>
  status.used
    ? html`<div class="slim">${table('Planned and used', ['What', {name: 'Planned', number: true}, {name: 'Used', number: true}], [
        ['Rows embedded', number(status.planned?.rows), number(status.used.embedded)],
        ['Tokens', compact(status.planned?.tokens), compact(status.used.usage.tokens)],
        ['Price', status.planned?.usd == null ? 'not known' : usd(status.planned.usd), usd(status.used.usage.usd)],
        ['On disk', bytes(status.planned?.bytes), bytes(status.bytes)],
      ].map(([what, planned, used]) => html`<tr><th scope="row">${what}</th><td class="number">${planned}</td><td class="number">${used}</td></tr>`), {hidden: true})}</div>`
    : nothing;

/** Asks the server whether a step would pass, so that the dialog can say so. */
async function tried(source, step, question) {
  try {
    await post(at(source, step), {dry_run: true});
    return question;
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    return {...question, refused: true, body: html`${question.body}<p class="bar problem">It is refused now: ${e.message}</p>`};
  }
}

const spaceOf = (profiles, name) => {
  const profile = profiles.find((p) => p.name === name);
  return profile ? `${name} (${profile.model}, ${number(profile.dimensions)} dimensions)` : name;
};

const coverage = (data, profile) => data.overview.collections.find((c) => c.source === data.source && c.profile === profile);

const cutover = (data, m) => () =>
  tried(data.source, 'cutover', {
    title: `Cut ${m.source} over to ${m.to}?`,
    danger: true,
    body: html`<p>In one transaction, from the next search on:</p>
      <ul>
        <li>searches of <strong>${m.source}</strong> are answered from <strong>${spaceOf(data.profiles, m.to)}</strong> instead of ${spaceOf(data.profiles, m.from)};</li>
        <li>the active view${data.of?.match_function ? html` and <code>${data.of.match_function}</code>` : nothing} show the new vectors${m.swaps ? '; the two columns exchange their names' : ''};</li>
        <li>about ${number(coverage(data, m.to)?.rows)} rows have a vector under ${m.to}, ${number(coverage(data, m.to)?.outstanding)} are outstanding;</li>
        <li>similarities change with the model: applications that compare with a threshold need the new one below.</li>
      </ul>
      <p>The old vectors stay and are kept in step, so that you can roll back without embedding anything again.</p>`,
  });

const rollback = (data, m) => () =>
  tried(data.source, 'rollback', {
    title: `Roll ${m.source} back to ${m.from}?`,
    danger: true,
    body: html`<p>In one transaction searches of <strong>${m.source}</strong> are answered from <strong>${spaceOf(data.profiles, m.from)}</strong> again.
      Nothing is embedded; the vectors under ${m.to} stay and are kept in step.</p>
      <p>${number(coverage(data, m.from)?.outstanding)} of about ${number(coverage(data, m.from)?.rows)} rows are outstanding under ${m.from}.</p>`,
  });

const abort = (data, m) => () =>
  tried(data.source, 'abort', {
    title: `Give the migration of ${m.source} up?`,
    danger: true,
    body: html`<p>${m.makes ? `The vectors under ${m.to} are dropped, with what embedding them cost.` : `The vectors under ${m.to} stay, as they were there before.`}
      Searches go on as they are, by ${m.from}.</p>`,
  });

const retire = (data, m) => () =>
  tried(data.source, 'retire', {
    title: `Drop the old vectors under ${m.from}?`,
    danger: true,
    body: html`<p>The vectors of ${m.source} under <strong>${spaceOf(data.profiles, m.from)}</strong> are dropped. After that there is no way back but embedding again.</p>`,
  });

function moves(ctx, data, m) {
  const {source, migration} = data;
  const done = (answer) => `The migration of ${source} is ${answer.status.migration.state}.`;
  const step = (label, name, confirm, kind = '') => change(ctx, label, {path: at(source, name), body: {}}, {confirm, kind, said: done});
  const going = migration.under_way;
  return html`<div class="buttons">
    ${going ? badge('busy', 'under way in this server') : nothing}
    ${WORKING.has(m.state) && !going
      ? change(ctx, 'Go on until verified', {path: at(source, 'run'), body: {to: m.to, until: 'verified'}}, {kind: 'main', said: () => 'It goes on.'})
      : nothing}
    ${m.state === 'ready' || m.state === 'rolled back' ? step('Cut over…', 'cutover', cutover(data, m), 'main') : nothing}
    ${m.state === 'cut over' ? step('Roll back…', 'rollback', rollback(data, m), 'main') : nothing}
    ${m.state === 'cut over' ? step('Retire the old vectors…', 'retire', retire(data, m)) : nothing}
    ${(WORKING.has(m.state) || m.state === 'ready' || m.state === 'rolled back') && !going ? step('Give it up…', 'abort', abort(data, m)) : nothing}
    ${data.migration.status.next.slice(0, 1).map((next) => command(ctx, next))}
  </div>`;
}

/** What somebody says of the applications, so that the plan need not stop for it. */
const SAID = [
  ['searches_named', 'Searches name their collection'],
  ['writers_ready', 'Other writers of the column are ready'],
  ['into_table', 'Leave the column for a table'],
];

const said = (ctx) => Object.fromEntries(SAID.map(([key]) => key).filter((key) => ctx.ui[key]).map((key) => [key, true]));
const flags = (ctx) => SAID.filter(([key]) => ctx.ui[key]).map(([key]) => ` --${key.replace('_', '-')}`).join('');

const sayings = (ctx) => html`<fieldset class="sayings"><legend>If the plan asks for it</legend>
  ${SAID.map(([key, text]) => html`<label><input type="checkbox" .checked=${Boolean(ctx.ui[key])} @change=${(e) => {
    ctx.ui[key] = e.target.checked;
    ctx.ui.plan = null;
    ctx.update();
  }}> ${text}</label>`)}</fieldset>`;

const LEVELS = {ok: 'good', warning: 'warning', stop: 'problem'};

const plan = (ctx, data, p) => html`
  <h3>The plan: ${p.from} to ${p.to}</h3>
  ${table('What was found', ['Level', 'About', 'What'], p.findings.map((f) => html`<tr>
    <td>${badge(LEVELS[f.level], f.level)}</td><th scope="row">${f.topic}</th><td class="wide">${f.sentence}</td></tr>`), {hidden: true})}
  <ol class="steps">${p.steps.map((step) => html`<li>${step}</li>`)}</ol>
  <div class="buttons">${change(ctx, 'Begin, until verified', {path: at(data.source, 'run'), body: {to: p.to, until: 'verified', ...said(ctx)}}, {
    kind: 'main',
    disabled: p.findings.some((f) => f.level === 'stop'),
    said: () => 'It has begun; searches stay as they are until the cutover.',
  })} ${command(ctx, `vectorkeeper migrate run ${data.source} --to ${p.to} --until verified${flags(ctx)}`)}</div>`;

function begin(ctx, data) {
  const choices = data.declared.filter((profile) => profile !== data.of?.active);
  ctx.ui.to ??= choices[0];
  if (!choices.length) {
    return html`${empty('There is no other profile to go to. Declare one under profiles in the file, apply it and start the server again.')}`;
  }
  return html`<section aria-labelledby="begin-title">
    <h2 id="begin-title">Another model</h2>
    <p>A plan says rows, price, disk and what stops it, and changes nothing.</p>
    <div class="buttons">
      ${choose('To', choices, ctx.ui.to, (value) => {
        ctx.ui.to = value;
        ctx.ui.plan = null;
        ctx.update();
      })}
      ${change(ctx, 'Plan it', async () => {
        ctx.ui.plan = await post(at(data.source, 'plan'), {to: ctx.ui.to, ...said(ctx)});
      }, {kind: 'main', said: () => 'The plan is below; nothing was changed.'})}
      ${command(ctx, `vectorkeeper migrate plan ${data.source} --to ${ctx.ui.to}${flags(ctx)}`)}
    </div>
    ${sayings(ctx)}
    ${ctx.ui.plan ? plan(ctx, data, ctx.ui.plan) : nothing}
  </section>`;
}

function evidence(ctx, data, m) {
  const order = (report) => (m && report.profile === m.to ? 0 : 1);
  const reports = [...data.reports].sort((a, b) => order(a) - order(b));
  const chosen = reports.find((r) => r.profile === ctx.route.parameters.profile) ?? reports[0];
  const profile = chosen?.profile ?? m?.to ?? data.of?.active;
  const thresholds = () =>
    (document.querySelector('#thresholds').value.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  return html`<section aria-labelledby="evidence-title">
    <div class="heading"><h2 id="evidence-title">Evidence</h2>
      ${reports.length > 1
        ? html`<nav class="windows" aria-label="Which verification">${reports.map((r) => html`<a href=${ctx.with({profile: r.profile})} aria-current=${r === chosen ? 'true' : nothing}>${r.profile}</a>`)}</nav>`
        : nothing}</div>
    ${chosen ? verification(chosen) : empty('Nothing was verified yet.')}
    <div class="buttons">
      <label class="field"><span>Thresholds to translate</span><input id="thresholds" placeholder="0.7 0.8" inputmode="decimal"></label>
      ${change(ctx, `Verify ${profile} now`, () => post(path`/v1/sources/${data.source}/verification`, {profile, thresholds: thresholds()}), {
        said: (report) => `The verification ${report.passed ? 'passed' : 'did not pass'}.`,
      })}
      ${command(ctx, `vectorkeeper verify ${data.source} --profile ${profile}`)}
    </div>
  </section>`;
}

function one(ctx, data) {
  const {status, stopped_by: stopped} = data.migration;
  const m = status?.migration;
  const open = m && !ENDED.has(m.state);
  return html`
    <nav class="crumbs" aria-label="Where this is">${link('#/migrations', 'Migrations')} <span aria-hidden="true">›</span> ${data.source}</nav>
    <h1 tabindex="-1">${data.source}${m ? html` <span class="soft">from</span> ${m.from} <span class="soft">to</span> ${m.to} ${badge(kind(m.state), m.state)}` : nothing}</h1>
    ${stopped ? html`<p class="bar problem">It stopped: ${stopped.detail} <code>${stopped.code}</code></p>` : nothing}
    ${m
      ? html`<div aria-live="polite">${steps(status, coverage(data, m.to))}</div>
          ${open ? moves(ctx, data, m) : nothing}
          ${cost(status)} ${journal(status)}`
      : empty('The model of this source was never changed.')}
    ${open ? nothing : begin(ctx, data)}
    ${evidence(ctx, data, open ? m : null)}`;
}

const all = (ctx, {overview}) => html`
  <h1 tabindex="-1">Migrations</h1>
  <p>The model of a source is changed the way a schema is: planned, verified, cut over in one transaction, rolled back in one transaction.</p>
  ${overview.sources.length
    ? table('Sources and their last migration', ['Source', 'Searches go to', 'Last migration', 'State'],
        repeat(overview.sources, (s) => s.name, (s) => {
          const m = overview.migrations.find((one) => one.source === s.name);
          return html`<tr><th scope="row">${link(to(s.name), s.name)}</th><td>${s.active ?? 'none'}</td>
            <td>${m ? `${m.from} to ${m.to}` : html`<span class="soft">never</span>`}</td><td>${m ? badge(kind(m.state), m.state) : nothing}</td></tr>`;
        }), {hidden: true})
    : empty('There are no sources yet.')}`;

export const page = (data, ctx) => (data.source ? one(ctx, data) : all(ctx, data));
