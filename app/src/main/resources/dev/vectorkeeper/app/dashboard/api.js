/** The public API, and nothing else, with the token that was typed in, if one was. */

const KEPT = 'vectorkeeper.token';

/** What the server refused, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? 'The server cannot be reached.');
    this.status = status;
    this.code = body.code ?? '';
    this.errors = body.errors ?? [];
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  set: (value) => sessionStorage.setItem(KEPT, value),
  forget: () => sessionStorage.removeItem(KEPT),
};

const headers = () => (token.get() ? {Authorization: `Bearer ${token.get()}`} : {});

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      credentials: 'omit',
      ...options,
      headers: {...headers(), ...options.headers},
    });
  } catch (e) {
    throw new Problem(0, {});
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, body);
  }
  return body;
}

/** A path with its parts escaped. */
export const path = (parts, ...values) =>
  String.raw({raw: parts}, ...values.map((value) => encodeURIComponent(value)));

/** A query's text of those parameters that are given. */
export const query = (parameters) => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? '?' + new URLSearchParams(given) : '';
};

export const get = (at) => call(at);

export const post = (at, body = {}) =>
  call(at, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/**
 * Listens to what changes until it is told to stop, and begins again when the stream ends. EventSource
 * cannot show a token, so the stream is read here.
 */
export function listen(onEvent, onState) {
  const stop = new AbortController();
  const read = async () => {
    const response = await fetch('/v1/events', {headers: headers(), credentials: 'omit', signal: stop.signal});
    if (!response.ok) {
      throw new Problem(response.status, await response.json().catch(() => ({})));
    }
    onState(true);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const {done, value} = await reader.read();
      if (done) {
        return;
      }
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event);
        const data = /^data: (.*)$/m.exec(event);
        if (name && data) {
          onEvent(name[1], JSON.parse(data[1]));
        }
      }
    }
  };
  (async () => {
    for (let wait = 500; !stop.signal.aborted; wait = Math.min(wait * 2, 10_000)) {
      try {
        await read();
        wait = 500;
      } catch (e) {
        if (e instanceof Problem && e.status === 401) {
          return;
        }
      }
      if (!stop.signal.aborted) {
        onState(false);
        await pause(wait);
      }
    }
  })();
  return () => stop.abort();
}
