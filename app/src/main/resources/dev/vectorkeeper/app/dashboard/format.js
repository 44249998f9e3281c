/** Figures and times for people. */

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const short = new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 1});

export const NONE = '–';

export const number = (value) => (value == null ? NONE : whole.format(value));

export const compact = (value) => (value == null ? NONE : value < 10_000 ? whole.format(value) : short.format(value));

/** Never rounds up to 100: only what is complete is. */
export const percent = (share) => {
  if (share == null) return NONE;
  const value = share >= 1 ? 100 : Math.min(99.99, share * 100);
  return `${value === 100 || value === 0 ? value : value >= 99.9 ? value.toFixed(2) : value.toFixed(1)} %`;
};

export const rate = (value) =>
  value == null ? NONE : `${value === 0 || value >= 10 ? number(value) : value.toFixed(1)}/s`;

export const usd = (value) => {
  const amount = Number(value ?? 0);
  if (amount === 0) return '$0';
  if (amount < 0.01) return `$${amount.toPrecision(2)}`;
  return `$${amount.toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2})}`;
};

export const bytes = (value) => {
  if (value == null) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = Number(value);
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size >= 100 || unit === 0 ? size.toFixed(0) : size.toFixed(1)} ${units[unit]}`;
};

/** A length of time. */
export const duration = (seconds) => {
  if (seconds == null) return NONE;
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} h`;
  return `${Math.round(seconds / 86_400)} d`;
};

/** How far a moment is from now. */
export const ago = (at) => {
  if (!at) return NONE;
  const seconds = (Date.now() - new Date(at).getTime()) / 1000;
  if (Math.abs(seconds) < 2) return 'now';
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`;
};

export const moment = (at) =>
  at ? new Date(at).toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'medium'}) : '';

export const plural = (count, one, more = one + 's') => `${number(count)} ${count === 1 ? one : more}`;

/** A share or similarity. */
export const figure = (value) => (value == null ? NONE : Number(value).toFixed(3));
