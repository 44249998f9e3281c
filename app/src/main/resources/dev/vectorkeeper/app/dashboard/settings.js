/** What the configuration file says, to be read only and without secrets. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {get} from '/assets/api.js';
import {number} from '/assets/format.js';
import {command, empty, table, time} from '/assets/parts.js';

export const name = 'Settings';
export const title = () => 'Settings';
export const load = () => get('/v1/settings');

const options = (all) =>
  Object.entries(all).map(([key, value]) => html`<span class="tag">${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}</span> `);

const fact = (term, value) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;

export const page = (s, ctx) => html`
  <h1 tabindex="-1">Settings</h1>
  <p>As this server read them from its file. To change them, change the file, apply it and start the server again.
    Keys, passwords, addresses and headers of providers are not shown. ${command(ctx, 'vectorkeeper apply --dry-run')}</p>
  <h2>Server</h2>
  <dl class="facts">
    ${fact('Database', html`<code>${s.database}</code>`)}
    ${fact('Listens on', html`<code>${s.server.host}</code>, port ${s.server.port || 'any'}, ${s.server.tls ? 'with' : 'without'} TLS`)}
    ${fact('Changes', s.server.authentication ? 'need a token' : 'need no token')}
    ${fact('Reading', s.server.open_reads ? 'needs no token' : 'needs a token')}
    ${fact('Governor', Object.keys(s.governor).length ? options(s.governor) : 'slows nothing down')}
  </dl>
  <h2>Profiles</h2>
  ${s.profiles.length
    ? table('Profiles', ['Name', 'Provider', 'Model', 'Options'], s.profiles.map((p) => html`<tr>
        <th scope="row">${p.name}</th><td>${p.providers.join(', ')}</td><td>${p.model ?? ''}</td><td>${options(p.options)}</td></tr>`), {hidden: true})
    : empty('None is declared.')}
  <h2>Sources</h2>
  ${s.sources.length
    ? table('Sources', ['Name', 'Table', 'Text', 'Where', 'Collections', 'Sync', 'Index', {name: 'Least coverage', number: true}], s.sources.map((source) => html`<tr>
        <th scope="row">${source.name}</th><td><code>${source.table}</code></td><td><code>${source.text}</code>${source.chunking ? html`<span class="soft below">${source.chunking}</span>` : nothing}</td>
        <td>${source.where ? html`<code>${source.where}</code>` : html`<span class="soft">all rows</span>`}</td><td>${source.collections.join(', ')}</td><td>${source.sync}</td>
        <td>${source.index}</td><td class="number">${number(source.min_coverage)} %</td></tr>`), {hidden: true})
    : empty('None is declared.')}
  ${s.derived.length
    ? html`<h2>Derived vectors</h2>${table('Derived vectors', ['Name', 'Source', 'Links', 'Entity'], s.derived.map((d) => html`<tr>
        <th scope="row">${d.name}</th><td>${d.source}</td><td><code>${d.links}</code></td><td><code>${d.entity}</code></td></tr>`), {hidden: true})}`
    : nothing}
  <h2>Schedules</h2>
  ${s.schedules.length
    ? table('Declared schedules', ['Name', 'When', 'What', 'Arguments', 'Overlap', 'Missed'], s.schedules.map((one) => html`<tr>
        <th scope="row">${one.name}</th><td><code>${one.cron}</code> <span class="soft">${one.time_zone}</span></td><td>${one.operation} ${one.source}</td>
        <td>${options(one.arguments)}</td><td>${one.overlap}</td><td>${one.missed}</td></tr>`), {hidden: true})
    : empty('None is declared.')}
  ${s.server.routes.length
    ? html`<h2>Routes</h2>${table('Routes', ['Path', 'What', 'Arguments', 'Secrets'], s.server.routes.map((r) => html`<tr>
        <th scope="row"><code>${r.path}</code></th><td>${r.operation} ${r.source}</td><td>${options(r.arguments)}</td><td>${r.secrets.join(', ') || 'a token'}</td></tr>`), {hidden: true})}`
    : nothing}
  <h2>Tokens</h2>
  ${s.tokens.length
    ? table('Tokens', ['Name', 'Scopes', 'Made', 'Used', 'Good until'], s.tokens.map((t) => html`<tr>
        <th scope="row">${t.name}</th><td>${t.scopes.join(', ')}</td><td>${time(t.created_at)}</td><td>${time(t.used_at)}</td><td>${t.expires_at ? time(t.expires_at) : 'removed'}</td></tr>`), {hidden: true})
    : html`${empty('There are none.')} ${command(ctx, 'vectorkeeper token create ops --scope read --scope search --scope operate')}`}`;
