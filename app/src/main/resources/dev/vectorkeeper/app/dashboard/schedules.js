/** Runs that begin at set times, and what became of them. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {repeat} from '/assets/lit-html/directives/repeat.js';
import {get, path} from '/assets/api.js';
import {duration, number} from '/assets/format.js';
import {badge, change, command, empty, link, table, time} from '/assets/parts.js';

const RUNS = 50;

export const name = 'Schedules';
export const title = (route) => (route.parts[1] ? `Schedule ${route.parts[1]}` : 'Schedules');

export async function load(route) {
  const [, chosen] = route.parts;
  const [schedules, runs] = await Promise.all([
    get('/v1/schedules'),
    chosen ? get(path`/v1/schedules/${chosen}/runs?limit=${RUNS}`) : null,
  ]);
  return {schedules, runs, chosen};
}

const KINDS = {done: 'good', failed: 'problem', lost: 'problem', running: 'busy', skipped: 'off'};

const outcome = (run) => (run ? badge(KINDS[run.outcome], run.outcome) : html`<span class="soft">never</span>`);

const at = (s, verb) => ({path: path`/v1/schedules/${s.name}/` + verb, body: {}});

const argumentsOf = (s) =>
  Object.entries(s.arguments).map(([key, value]) => html` <span class="tag">${key} ${String(value)}</span>`);

const row = (ctx, s) => html`
  <tr>
    <th scope="row">${link(`#/schedules/${encodeURIComponent(s.name)}`, s.name)}</th>
    <td>${s.enabled ? badge('good', 'enabled') : badge('off', 'disabled')}</td>
    <td><code>${s.cron}</code><span class="soft below">${s.time_zone}</span></td>
    <td>${s.operation} ${s.source}${argumentsOf(s)}</td>
    <td>${s.enabled ? time(s.next_at) : html`<span class="soft">–</span>`}</td>
    <td>${outcome(s.last)} ${s.last ? time(s.last.started_at) : nothing}</td>
    <td class="actions">
      ${change(ctx, s.enabled ? 'Disable' : 'Enable', at(s, s.enabled ? 'disable' : 'enable'))}
      ${change(ctx, 'Run now', at(s, 'run'), {said: (r) => `${s.name}: ${number(r.processed)} rows looked at, ${number(r.embedded)} stored, ${number(r.failed)} failed.`})}
    </td>
  </tr>`;

const run = (r) => html`
  <tr>
    <th scope="row">${time(r.started_at)}</th>
    <td>${outcome(r)}</td>
    <td>${r.by_hand ? 'by hand' : 'by its time'}</td>
    <td class="number">${r.finished_at ? duration((new Date(r.finished_at) - new Date(r.started_at)) / 1000) : '–'}</td>
    <td class="number">${number(r.result?.embedded)}</td>
    <td class="number">${number(r.result?.remaining)}</td>
    <td class="wide">${r.error_message ?? ''}</td>
    <td class="soft">${r.server}</td>
  </tr>`;

export function page({schedules, runs, chosen}, ctx) {
  const shown = chosen ? schedules.filter((s) => s.name === chosen) : schedules;
  return html`
    ${chosen ? html`<nav class="crumbs" aria-label="Where this is">${link('#/schedules', 'Schedules')} <span aria-hidden="true">›</span> ${chosen}</nav>` : nothing}
    <h1 tabindex="-1">${chosen ?? 'Schedules'}</h1>
    ${shown.length
      ? table('Schedules', ['Name', 'State', 'When', 'What', 'Next', 'Last', 'Do'], repeat(shown, (s) => s.name, (s) => row(ctx, s)), {hidden: true})
      : html`${empty('There are none. They are declared in the file under schedules and stored by apply.')} ${command(ctx, 'vectorkeeper schedule list')}`}
    ${runs
      ? html`<h2>Runs</h2>${runs.length
          ? table('Runs', ['Began', 'Outcome', 'Why', {name: 'Took', number: true}, {name: 'Stored', number: true}, {name: 'Left', number: true}, 'Error', 'Server'], repeat(runs, (r) => r.id, run), {hidden: true})
          : empty('It has not run yet.')}
        <p>${command(ctx, `vectorkeeper schedule history ${chosen}`)}</p>`
      : nothing}`;
}
