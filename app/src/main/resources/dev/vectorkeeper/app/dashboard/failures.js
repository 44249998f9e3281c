/** Rows that failed, by reason. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {get, path, post, query} from '/assets/api.js';
import {number, plural} from '/assets/format.js';
import {badge, change, collectionLink, command, empty, link, table, time} from '/assets/parts.js';

const MOST = 500;

export const name = 'Failures';
export const title = () => 'Failures';

export async function load(route) {
  const {source, profile, code} = route.parameters;
  const [groups, rows] = await Promise.all([
    get('/v1/failures/groups'),
    code ? get('/v1/failures' + query({source, profile, code, limit: MOST})) : null,
  ]);
  return {groups: groups.filter((g) => !source || g.source === source), rows};
}

const retry = (source) => path`/v1/sources/${source}/failures/retry`;
const revived = (answer) => `${plural(answer.revived, 'row')} put back into the queue.`;

const isOpen = (ctx, g) =>
  ctx.route.parameters.code === g.code && ctx.route.parameters.profile === g.profile && ctx.route.parameters.source === g.source;

const group = (ctx, g) => html`
  <tr class=${isOpen(ctx, g) ? 'chosen' : ''}>
    <th scope="row"><code>${g.code}</code></th>
    <td>${g.dead ? badge('problem', 'tried no more') : badge('busy', 'tried again')}</td>
    <td>${g.source} / ${collectionLink(g.source, g.profile)}</td>
    <td class="number">${number(g.rows)}</td>
    <td class="wide">${g.message}</td>
    <td>${time(g.newest)}</td>
    <td class="actions">
      ${isOpen(ctx, g)
        ? link(ctx.with({source: ctx.route.parameters.only, profile: '', code: '', only: ''}), 'Hide rows')
        : link(ctx.with({source: g.source, profile: g.profile, code: g.code, only: ctx.route.parameters.source ?? ''}), 'Show rows')}
      ${g.dead
        ? change(ctx, 'Retry group', {path: retry(g.source), body: {code: g.code, profile: g.profile}}, {said: revived})
        : nothing}
    </td>
  </tr>`;

const row = (ctx, f) => html`
  <tr>
    <th scope="row"><code>${f.key}</code></th>
    <td class="number">${f.attempts}</td>
    <td class="wide">${f.message}</td>
    <td>${f.dead ? 'failed' : 'again'} ${time(f.at)}</td>
    <td class="actions">${f.dead ? change(ctx, 'Retry', {path: retry(f.source), body: {keys: [f.key], profile: f.profile}}, {said: revived}) : nothing}</td>
  </tr>`;

export function page({groups, rows}, ctx) {
  const dead = groups.filter((g) => g.dead);
  const total = dead.reduce((sum, g) => sum + g.rows, 0);
  const sources = [...new Set(dead.map((g) => g.source))];
  const only = ctx.route.parameters.code ? ctx.route.parameters.only : ctx.route.parameters.source;
  const all = async () => {
    let revivedRows = 0;
    for (const source of sources) {
      revivedRows += (await post(retry(source), {all: true})).revived;
    }
    return {revived: revivedRows};
  };
  return html`
    <h1 tabindex="-1">Failures</h1>
    <p>${total ? `${plural(total, 'row')} ${total === 1 ? 'is' : 'are'} tried no more. Mend the reason, then try them again; a row whose text changes is tried again by itself.` : ''}
      ${only ? html` Of ${only} alone; ${link('#/failures', 'show all sources')}.` : nothing}</p>
    ${groups.length
      ? html`
          <div class="buttons">
            ${total ? change(ctx, `Retry all ${number(total)}…`, all, {
              kind: 'main',
              said: revived,
              confirm: {title: `Try ${plural(total, 'row')} again?`, body: html`<p>They go back into the queue of ${sources.join(', ')}. What fails again comes back here.</p>`},
            }) : nothing}
            ${sources.map((source) => command(ctx, `vectorkeeper failures retry ${source} --all`))}
          </div>
          ${table('Reasons', ['Reason', 'State', 'Collection', {name: 'Rows', number: true}, 'Latest message', 'When', 'Do'],
            repeat(groups, (g) => `${g.source}/${g.profile}/${g.code}/${g.dead}`, (g) => group(ctx, g)), {hidden: true})}`
      : empty('No row has failed.')}
    ${rows
      ? html`<section aria-labelledby="rows-title">
          <h2 id="rows-title">Rows with ${ctx.route.parameters.code}</h2>
          ${rows.length
            ? table(`The rows’ keys`, ['Key', {name: 'Attempts', number: true}, 'Message', 'When', 'Do'],
                repeat(rows, (f) => `${f.source}/${f.profile}/${f.key}`, (f) => row(ctx, f)),
                {note: rows.length === MOST ? `the newest ${MOST}` : ''})
            : empty('None any more.')}
        </section>`
      : nothing}`;
}
