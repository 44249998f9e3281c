/** One question, two collections side by side. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {Problem, get, path, post} from '/assets/api.js';
import {figure, plural} from '/assets/format.js';
import {choose, empty, link, listing} from '/assets/parts.js';

const COUNTS = ['5', '10', '20', '50'];

export const name = 'Search';
export const title = () => 'Search';
export const load = async () => ({sources: await get('/v1/sources')});

/** What is asked, as the address says. */
function asked(ctx, sources) {
  const {source, a, b, text = '', k = '10'} = ctx.route.parameters;
  const of = sources.find((s) => s.name === source) ?? sources[0];
  const left = of.collections.includes(a) ? a : of.active ?? of.collections[0];
  const right = b === 'none' ? 'none' : of.collections.includes(b) ? b : of.collections.find((c) => c !== left) ?? 'none';
  return {of, left, right, text, k};
}

async function find(ctx, q) {
  ctx.ui.error = null;
  ctx.ui.asking = true;
  ctx.update();
  const one = (profile) =>
    profile === 'none' ? null : post(path`/v1/sources/${q.of.name}/search`, {text: q.text, profile, k: Number(q.k)});
  try {
    const [left, right] = await Promise.all([one(q.left), one(q.right)]);
    ctx.ui.found = {left, right, q};
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    ctx.ui.error = e;
  }
  ctx.ui.asking = false;
  ctx.update();
}

const moved = (row, i, other) => {
  if (!other) return nothing;
  const before = other.findIndex((o) => o.key === row.key);
  if (before < 0) return html`<span class="tag">only here</span>`;
  if (before === i) return html`<span class="soft">same place</span>`;
  const by = Math.abs(before - i);
  return html`<span class="tag ${before > i ? 'up' : 'down'}"><span aria-hidden="true">${before > i ? '↑' : '↓'}</span> ${by} ${before > i ? 'higher' : 'lower'}</span>`;
};

const column = (profile, rows, other) => html`
  <section class="found" aria-label=${`Found under ${profile}`}>
    <h2>${profile}</h2>
    ${rows.length
      ? html`<ol>${repeat(rows, (row) => row.key, (row, i) => html`<li>
          <div class="heading"><code>${row.key}</code> <span class="strong figure">${figure(row.similarity)}</span> ${moved(row, i, other)}</div>
          <p>${row.content ?? html`<span class="soft">the row has no text any more</span>`}</p>
        </li>`)}</ol>`
      : empty('Nothing was found.')}
  </section>`;

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function statements(ctx, q) {
  const keys = q.of.key.map((key) => `"${key.replaceAll('"', '""')}"`).join(', ');
  const body = JSON.stringify({text: q.text, profile: q.left, k: Number(q.k)});
  const texts = JSON.stringify({texts: [q.text], profile: q.left});
  const at = `${location.origin}/v1/sources/${encodeURIComponent(q.of.name)}`;
  const bearer = ctx.access.authentication ? `  -H "Authorization: Bearer $VECTORKEEPER_TOKEN" \\\n` : '';
  return html`<details class="more"><summary>The same by curl and SQL</summary>
    ${listing(ctx, 'curl', `curl ${at}/search \\\n${bearer}  -H 'Content-Type: application/json' -d ${shell(body)}`)}
    ${q.of.match_function
      ? listing(ctx, 'SQL', `-- $1 is the vector that this prints:\n-- curl ${at}/embed ${bearer ? '-H "Authorization: Bearer $VECTORKEEPER_TOKEN" ' : ''}-H 'Content-Type: application/json' -d ${shell(texts)}\nselect m.similarity, t.*\nfrom ${q.of.match_function}($1, match_count => ${q.k}, collection => ${quoted(q.left)}) m\njoin ${q.of.table} t using (${keys})\norder by m.similarity desc;`)
      : nothing}
  </details>`;
}

export function page({sources}, ctx) {
  if (!sources.length) {
    return html`<h1 tabindex="-1">Search</h1>${empty('There are no sources yet.')}`;
  }
  const q = asked(ctx, sources);
  const set = (more) => ctx.go(ctx.with(more));
  const submit = (event) => {
    event.preventDefault();
    const text = new FormData(event.target).get('text').trim();
    if (text) {
      set({text});
      find(ctx, {...q, text});
    }
  };
  const {found, error, asking} = ctx.ui;
  const shared = found?.right ? found.left.filter((row) => found.right.some((o) => o.key === row.key)).length : 0;
  return html`
    <h1 tabindex="-1">Search</h1>
    ${ctx.may('search') ? nothing : html`<p class="bar notice">Searching needs a token with the scope <code>search</code>.</p>`}
    <form class="ask" @submit=${submit}>
      <label class="field wide"><span>What to find</span><input name="text" type="search" .value=${q.text} autocomplete="off" required placeholder="describe it in your own words"></label>
      ${choose('Source', sources.map((s) => s.name), q.of.name, (source) => set({source, a: '', b: ''}))}
      ${choose('Collection', q.of.collections.map((c) => [c, c === q.of.active ? `${c} (active)` : c]), q.left, (a) => set({a}))}
      ${choose('Beside it', [['none', 'nothing'], ...q.of.collections.filter((c) => c !== q.left).map((c) => [c, c])], q.right, (b) => set({b}))}
      ${choose('Rows', COUNTS, q.k, (k) => set({k}))}
      <button type="submit" class="main" ?disabled=${!ctx.may('search') || asking}>Search</button>
    </form>
    <div aria-live="polite">
      ${error ? html`<p class="bar problem">${error.message} <code>${error.code}</code></p>` : nothing}
      ${found?.right ? html`<p>${plural(shared, 'row')} of ${found.left.length} ${shared === 1 ? 'is' : 'are'} found under both.</p>` : nothing}
    </div>
    ${found
      ? html`<div class="side">${column(found.q.left, found.left, found.right)}${found.right ? column(found.q.right, found.right, found.left) : nothing}</div>
          ${statements(ctx, found.q)}`
      : q.of.collections.length ? nothing : html`<p>${link('#/', 'This source has no collection.')}</p>`}`;
}
