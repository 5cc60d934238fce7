// Phrases of the page's language, handed over by the server; nothing readable is written in scripts.
const phrases = {};
for (const element of document.querySelectorAll('script[type="application/json"][id$="words"]')) {
  Object.assign(phrases, JSON.parse(element.textContent));
}

export function word(key, facts = {}) {
  const phrase = phrases[key] ?? key;
  return phrase.replace(/%\((\w+)\)s/g, (_, name) => facts[name] ?? "").replaceAll("%%", "%");
}

export function hasWord(key) {
  return key in phrases;
}

export const tag = document.documentElement.lang;
const plain = new Intl.NumberFormat(tag);
const short = new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 });

export const number = (value) => (value == null ? "–" : plain.format(value));
export const megabytes = (bytes) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }).format(bytes / (1024 * 1024));
export const shortNumber = (value) => (value < 10_000 ? plain.format(value) : short.format(value));

export function clock(moment) {
  return new Date(moment).toLocaleTimeString(tag, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
