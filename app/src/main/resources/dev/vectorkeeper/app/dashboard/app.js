/** The page: which view is shown, what is known of the server, and how both are kept up to date. */

import {html, nothing, render} from '/assets/lit-html/lit-html.js';
import {Problem, get, listen, post, token} from '/assets/api.js';
import {retheme} from '/assets/charts.js';
import {ago} from '/assets/format.js';
import {empty} from '/assets/parts.js';
import * as collection from '/assets/collection.js';
import * as failures from '/assets/failures.js';
import * as migration from '/assets/migration.js';
import * as overview from '/assets/overview.js';
import * as providers from '/assets/providers.js';
import * as schedules from '/assets/schedules.js';
import * as search from '/assets/search.js';
import * as settings from '/assets/settings.js';

const THEME = 'vectorkeeper.theme';
const EVERY = 15_000;
const TICK = 5_000;
const LEAST_PAUSE = 1_000;

/** The views with the first part of their addresses, in the order of the navigation. */
const VIEWS = [
  ['', overview],
  ['collections', collection],
  ['failures', failures],
  ['migrations', migration],
  ['search', search],
  ['schedules', schedules],
  ['providers', providers],
  ['settings', settings],
];

const state = {
  route: null,
  view: overview,
  data: null,
  loadedAt: null,
  problem: null,
  reached: true,
  live: false,
  access: {token: null, scopes: [], authentication: true, version: ''},
  ui: {},
  busy: false,
  notice: null,
  dialog: null,
};

const readRoute = () => {
  const [at, parameters] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = at.split('/').filter(Boolean).map(decodeURIComponent);
  return {parts, parameters: Object.fromEntries(new URLSearchParams(parameters ?? ''))};
};

const ctx = {
  get route() {
    return state.route;
  },
  get ui() {
    return state.ui;
  },
  get busy() {
    return state.busy;
  },
  get access() {
    return state.access;
  },
  may: (scope) => state.access.scopes.includes(scope),
  update: draw,
  refresh: load,
  /** This view's address with other parameters. */
  with(parameters) {
    const all = {...state.route.parameters, ...parameters};
    const text = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '' && value != null));
    return `#/${state.route.parts.map(encodeURIComponent).join('/')}${text.size ? '?' + text : ''}`;
  },
  go(address) {
    location.hash = address;
  },
  async copy(text) {
    await navigator.clipboard?.writeText(text).then(
      () => say('good', `Copied: ${text.length > 80 ? text.slice(0, 80) + ' …' : text}`),
      () => say('warning', 'The browser does not let this page copy; mark the text instead.'),
    );
  },
  /** Does what changes something, after asking where that is wanted, and says what became of it. */
  async act(label, call, {confirm, said} = {}) {
    if (confirm && !(await ask({label, ...(typeof confirm === 'function' ? await confirm() : confirm)}))) {
      return undefined;
    }
    state.busy = true;
    draw();
    let answer;
    try {
      answer = typeof call === 'function' ? await call() : await post(call.path, call.body);
      say('good', said ? said(answer) : `${label}: done.`);
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      say('problem', `${label}: ${e.message}`);
    } finally {
      state.busy = false;
    }
    await load();
    return answer;
  },
};

function say(kind, text) {
  state.notice = {kind, text};
  draw();
}

/** Opens a dialog that names what will change; whether it was agreed to. */
function ask(question) {
  const asked = document.activeElement;
  return new Promise((resolve) => {
    state.dialog = {
      ...question,
      close(agreed) {
        document.querySelector('dialog#ask')?.close();
        state.dialog = null;
        draw();
        asked?.focus?.();
        resolve(agreed);
      },
    };
    draw();
    document.querySelector('dialog#ask').showModal();
  });
}

let loading = 0;
let lastLoad = 0;
let planned = null;

/** Reads what the view shows; what was shown stays until then. */
async function load() {
  const turn = ++loading;
  lastLoad = Date.now();
  try {
    const data = ctx.may('read') ? await state.view.load(state.route, ctx) : null;
    if (turn !== loading) return;
    Object.assign(state, {data, problem: null, reached: true, loadedAt: new Date().toISOString()});
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    if (turn !== loading) return;
    state.reached = e.status !== 0;
    state.problem = e.status === 0 ? null : e;
    if (e.status === 401) {
      await learnAccess();
    }
  }
  draw();
}

/** Reads again soon, and not more often than is worth looking. */
function loadSoon() {
  planned ??= setTimeout(() => {
    planned = null;
    if (!document.hidden) load();
  }, Math.max(0, lastLoad + LEAST_PAUSE - Date.now()));
}

async function learnAccess() {
  try {
    state.access = await get('/v1/access');
    state.reached = true;
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    if (e.status === 401) {
      token.forget();
      say('problem', e.message);
      state.access = await get('/v1/access');
    } else {
      state.reached = e.status !== 0;
    }
  }
}

let stopListening = null;

/** Only while somebody looks: a browser has few connections to one server, and all its pages share them. */
function listenWhileSeen() {
  stopListening?.();
  stopListening = null;
  if (ctx.may('read') && !document.hidden) {
    stopListening = listen(loadSoon, (live) => {
      state.live = live;
      if (live && !state.reached) load();
      draw();
    });
  }
}

async function enter() {
  await learnAccess();
  listenWhileSeen();
  await load();
  showPlace();
}

/** Where the navigation is wider than the screen. */
const showPlace = () =>
  document.querySelector('.views [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'nearest'});

async function navigate() {
  const route = readRoute();
  const view = (VIEWS.find(([name]) => name === (route.parts[0] ?? '')) ?? VIEWS[0])[1];
  const same = state.route && view === state.view && route.parts.join('/') === state.route.parts.join('/');
  state.route = route;
  if (!same) {
    Object.assign(state, {view, data: null, problem: null, ui: {}});
    document.title = `${view.title(route)} – Vectorkeeper`;
    draw();
    window.scrollTo(0, 0);
    showPlace();
    document.querySelector('h1')?.focus({preventScroll: true});
  }
  await load();
}

const theme = () => localStorage.getItem(THEME) ?? 'system';

const dark = matchMedia('(prefers-color-scheme: dark)');

function applyTheme() {
  document.documentElement.dataset.theme = theme() === 'system' ? (dark.matches ? 'dark' : 'light') : theme();
  retheme();
}

function nextTheme() {
  const order = ['system', 'light', 'dark'];
  localStorage.setItem(THEME, order[(order.indexOf(theme()) + 1) % order.length]);
  applyTheme();
  draw();
}

async function useToken(event) {
  event.preventDefault();
  const typed = new FormData(event.target).get('token').trim();
  event.target.reset();
  document.querySelector('dialog#token').close();
  if (typed) {
    token.set(typed);
    await enter();
    if (token.get()) {
      say('good', `The token ${state.access.token} may ${state.access.scopes.join(', ') || 'nothing'}.`);
    }
  }
}

async function forgetToken() {
  token.forget();
  document.querySelector('dialog#token').close();
  await enter();
  say('good', 'The token is forgotten.');
}

const openToken = () => document.querySelector('dialog#token').showModal();

const who = () => {
  if (!state.access.authentication) return 'No token needed';
  if (state.access.token) return `Token ${state.access.token}`;
  return ctx.may('read') ? 'Read only' : 'No token';
};

const connection = () => {
  const [kind, word] = !state.reached
    ? ['problem', 'not reached']
    : state.live
      ? ['good', 'live']
      : ['off', ctx.may('read') ? 'connecting' : 'closed'];
  return html`<span class="connection ${kind}"><span class="dot" aria-hidden="true"></span>${word}</span>`;
};

const header = () => html`
  <a class="skip" href="#main" @click=${(e) => {
    e.preventDefault();
    document.querySelector('h1')?.focus();
  }}>Skip to the content</a>
  <header class="top">
    <a class="name" href="#/"><img src="/assets/icon.svg" alt="" width="22" height="22">Vectorkeeper</a>
    <nav class="views" aria-label="Views">
      ${VIEWS.filter(([, view]) => view.name).map(
        ([path, view]) =>
          html`<a href=${`#/${path}`} aria-current=${view === state.view ? 'page' : nothing}>${view.name}</a>`,
      )}
    </nav>
    <div class="tools">
      ${connection()}
      <button type="button" class="quiet" @click=${nextTheme} aria-label=${`Colours: ${theme()}. Change them.`}>
        <span aria-hidden="true">${{system: '◐', light: '☀', dark: '☾'}[theme()]}</span></button>
      <button type="button" class="quiet" @click=${openToken}>${who()}</button>
    </div>
  </header>`;

const tokenDialog = () => html`
  <dialog id="token" aria-labelledby="token-title">
    <form @submit=${useToken}>
      <h2 id="token-title">Token</h2>
      <p>${
        state.access.authentication
          ? html`Reading ${ctx.may('read') && !state.access.token ? 'is open here' : 'may need one'}; changes need one with the scope
              <code>operate</code>, searches one with <code>search</code>. <code>vectorkeeper token create</code> makes one. It is kept
              in this tab until you close it.`
          : 'This server takes no token: it listens on this machine alone.'
      }</p>
      <label class="field wide"><span>Token</span>
        <input name="token" type="password" autocomplete="off" spellcheck="false" placeholder="vk_…"></label>
      <div class="buttons">
        <button type="submit" class="main">Use it</button>
        ${token.get() ? html`<button type="button" @click=${forgetToken}>Forget the token</button>` : nothing}
        <button type="button" @click=${() => document.querySelector('dialog#token').close()}>Close</button>
      </div>
    </form>
  </dialog>`;

const askDialog = (d) => html`
  <dialog id="ask" aria-labelledby="ask-title" @cancel=${(e) => {
    e.preventDefault();
    d?.close(false);
  }}>
    ${d
      ? html`<h2 id="ask-title">${d.title}</h2>
          ${d.body}
          <div class="buttons">
            <button type="button" class=${d.danger ? 'danger' : 'main'} ?disabled=${d.refused} @click=${() => d.close(true)}>${d.label.replace(/…$/, '')}</button>
            <button type="button" @click=${() => d.close(false)}>Leave it</button>
          </div>`
      : html`<h2 id="ask-title">Nothing is asked</h2>`}
  </dialog>`;

const closed = () => html`
  <h1 tabindex="-1">This server shows nothing without a token</h1>
  <p>Enter one with the scope <code>read</code>. <code>vectorkeeper token create me --scope read</code> makes one.</p>
  <p><button type="button" class="main" @click=${openToken}>Enter a token</button></p>`;

const content = () => {
  if (!ctx.may('read')) {
    return state.reached ? closed() : html`<h1 tabindex="-1">The server cannot be reached</h1>`;
  }
  const title = state.view.title(state.route);
  if (state.problem && !state.data) {
    return html`<h1 tabindex="-1">${title}</h1><p class="bar problem">${state.problem.message} <code>${state.problem.code}</code></p>`;
  }
  if (!state.data) {
    return html`<h1 tabindex="-1">${title}</h1>
      ${state.reached ? html`<div class="placeholder" aria-hidden="true"></div>` : empty('This view needs the server, which cannot be reached.')}`;
  }
  return state.view.page(state.data, ctx);
};

const page = () => html`
  ${header()}
  <main id="main">
    ${state.reached ? nothing : html`<p class="bar problem" role="alert">The server cannot be reached${
      state.loadedAt ? html`; what you see is from ${ago(state.loadedAt)}` : nothing
    }. Changes and searches wait until it is back.</p>`}
    ${state.problem && state.data ? html`<p class="bar problem" role="alert">${state.problem.message}</p>` : nothing}
    ${content()}
  </main>
  <div class="toast ${state.notice?.kind ?? ''}" role="status" aria-live="polite">${
    state.notice
      ? html`<span>${state.notice.text}</span><button type="button" class="quiet" aria-label="Dismiss" @click=${() => {
          state.notice = null;
          draw();
        }}>✕</button>`
      : nothing
  }</div>
  <footer>Vectorkeeper ${state.access.version} · <a href="/v1/openapi.json">API</a></footer>
  ${tokenDialog()} ${askDialog(state.dialog)}`;

function draw() {
  if (state.route) {
    render(page(), document.querySelector('#app'));
  }
}

document.querySelector('#app').replaceChildren();
state.route = readRoute();
applyTheme();
dark.addEventListener('change', applyTheme);
addEventListener('hashchange', navigate);
document.addEventListener('visibilitychange', () => {
  listenWhileSeen();
  if (!document.hidden) load();
});
addEventListener('pagehide', () => stopListening?.());
addEventListener('pageshow', (event) => event.persisted && listenWhileSeen());
state.view = (VIEWS.find(([name]) => name === (state.route.parts[0] ?? '')) ?? VIEWS[0])[1];
document.title = `${state.view.title(state.route)} – Vectorkeeper`;
enter();
setInterval(() => document.hidden || load(), EVERY);
setInterval(draw, TICK);
