/** Pieces that several views are made of. */

import {html, nothing} from '/assets/lit-html/lit-html.js';
import {ago, compact, moment, number, percent} from '/assets/format.js';

const SIGNS = {problem: '✕', warning: '!', notice: 'i', good: '✓', busy: '◔', off: '–'};

/** A word for a state with a sign, so that colour is not all that tells. */
export const badge = (kind, word) =>
  html`<span class="badge ${kind}"><span class="sign" aria-hidden="true">${SIGNS[kind]}</span>${word}</span>`;

export const time = (at) =>
  at ? html`<time datetime=${at} title=${moment(at)}>${ago(at)}</time>` : html`<span class="soft">–</span>`;

/** A table that scrolls inside itself where it is too wide. */
export const table = (caption, columns, rows, {note = '', hidden = false} = {}) => html`
  <div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class=${hidden ? 'unseen' : ''}>${caption}${note ? html` <span class="soft">${note}</span>` : nothing}</caption>
      <thead>
        <tr>${columns.map((column) => html`<th scope="col" class=${column.number ? 'number' : ''} title=${column.title ?? nothing}>${column.name ?? column}</th>`)}</tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  </div>`;

/** How much of something is there, as a bar with its figure. */
export const meter = (share, label, kind = share >= 1 ? 'good' : 'busy') => html`
  <span class="meter ${kind}" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.floor(Math.max(0, Math.min(1, share)) * 100)} aria-valuetext=${percent(share)}>
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="6"></rect>
      <rect class="fill" width=${Math.max(0, Math.min(1, share)) * 100} height="6"></rect>
    </svg>
    <span class="figure">${percent(share)}</span>
  </span>`;

/** A figure with what it is. */
export const stat = (name, value, note = '') => html`
  <div class="stat"><dt>${name}</dt><dd>${value}${note ? html`<small>${note}</small>` : nothing}</dd></div>`;

export const stats = (...items) => html`<dl class="stats">${items}</dl>`;

/** A button that changes something; without the scope for it, it says so and does nothing. */
export const change = (ctx, label, call, {kind = '', scope = 'operate', confirm, disabled = false, said} = {}) => html`
  <button type="button" class=${kind} ?disabled=${disabled || ctx.busy || !ctx.may(scope)}
    title=${ctx.may(scope) ? nothing : `This needs a token with the scope ${scope}.`}
    @click=${() => ctx.act(label, call, {confirm, said})}>${label}</button>`;

/** A command for the terminal with a button that copies it. */
export const command = (ctx, text) => html`
  <span class="command"><code>${text}</code><button type="button" class="quiet" aria-label=${`Copy ${text}`}
    @click=${() => ctx.copy(text)}>Copy</button></span>`;

/** A text that may be long, such as a statement. */
export const listing = (ctx, title, text) => html`
  <figure class="listing">
    <figcaption>${title} <button type="button" class="quiet" @click=${() => ctx.copy(text)}>Copy</button></figcaption>
    <pre tabindex="0" aria-label=${title}>${text}</pre>
  </figure>`;

export const empty = (text) => html`<p class="empty">${text}</p>`;

export const link = (to, text) => html`<a href=${to}>${text}</a>`;

export const collectionLink = (source, profile, text = profile) =>
  link(`#/collections/${encodeURIComponent(source)}/${encodeURIComponent(profile)}`, text);

/** Choices of which one is taken. */
export const choose = (label, options, value, onChange) => html`
  <label class="field"><span>${label}</span>
    <select @change=${(e) => onChange(e.target.value)}>
      ${options.map((option) => {
        const [key, text] = Array.isArray(option) ? option : [option, option];
        return html`<option value=${key} .selected=${key === value}>${text}</option>`;
      })}
    </select>
  </label>`;

/** Which stretch of time is shown, as links that can be kept. */
export const windows = (ctx, chosen) => html`
  <nav class="windows" aria-label="Stretch of time">
    ${['hour', 'day', 'week', 'month', 'year'].map(
      (name) => html`<a href=${ctx.with({window: name})} aria-current=${name === chosen ? 'true' : nothing}>${name}</a>`,
    )}
  </nav>`;

/** How a collection stands, in a word. */
export function state(standing) {
  if (standing.paused) return badge('problem', 'paused');
  if (standing.queue.dead > 0) return badge('problem', `${compact(standing.queue.dead)} failed`);
  if (standing.index_built != null) return badge('busy', `indexing ${percent(standing.index_built)}`);
  if (standing.backfill?.state === 'paused') return badge('warning', 'backfill paused');
  if (standing.state === 'building' || standing.backfill?.state === 'running') {
    return standing.backfill?.state === 'running' ? badge('busy', 'filling') : badge('warning', 'not filled');
  }
  if (!standing.index_ready) return badge('problem', 'no index');
  if (standing.queue.pending + standing.queue.retries > 0) return badge('busy', 'catching up');
  return badge('good', 'current');
}

export const rowsOf = (standing) =>
  standing.rows === 0 ? 'no rows' : `≈ ${number(standing.rows - standing.outstanding)} of ${number(standing.rows)} rows`;
