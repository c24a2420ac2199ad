(() => {
"use strict";
const body = document.body, data = body.dataset, by = id => document.getElementById(id);
document.documentElement.classList.add("js");

// What the server sent for each live part, before this script touches it.
const sent = {};
for (const part of document.querySelectorAll(".live")) sent[part.id] = part.innerHTML;

// The server's clock counts: the customer's may be wrong, and put right meanwhile.
let ahead = 0, wasLeft = 0;
const setClock = now => { if (now) ahead = Date.parse(now) - Date.now(); };
const two = n => String(n).padStart(2, "0");
function tick() {
  const time = document.querySelector("[data-countdown]");
  if (!time) { wasLeft = 0; return; }
  const left = Math.max(0, Math.floor((Date.parse(time.dateTime) - Date.now() - ahead) / 1000));
  by("left").textContent =
    Math.floor(left / 3600) + ":" + two(Math.floor(left / 60) % 60) + ":" + two(left % 60);
  if (!left && wasLeft) plan(1);
  wasLeft = left;
}
function localTimes() {
  for (const time of document.querySelectorAll("[data-countdown], [data-local]"))
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

// What is spoken without being asked for: in a part of its own, which is empty
// otherwise, because live parts are read in pieces when something in them changes.
let hush = 0;
function say(words, seconds) {
  const said = by("said");
  said.textContent = words;
  clearTimeout(hush);
  hush = setTimeout(() => { said.textContent = ""; }, seconds * 1000);
}

// A connection may be silent for ever: answer and text come in time, or it is cut.
async function ask(path, headers = {}) {
  const line = new AbortController(), late = setTimeout(() => line.abort(), 20000);
  try {
    const answer = await fetch(path, { headers, cache: "no-store", redirect: "error", signal: line.signal });
    return { answer, text: await answer.text() };
  } finally { clearTimeout(late); }
}
// The keyboard keeps its place: at the like of what it was at, in what comes instead.
const MARKS = ["id", "data-copy", "aria-label", "value", "name", "href"];
function replace(part, html) {
  const at = part.contains(document.activeElement) && document.activeElement;
  part.innerHTML = html;
  if (!at) return;
  const likes = [...part.querySelectorAll(at.localName)], same = mark => at.getAttribute(mark) &&
    likes.find(one => one.getAttribute(mark) === at.getAttribute(mark));
  const like = same(MARKS.find(same)) || at.localName === "summary" && likes[0];
  if (like) like.focus({ preventScroll: true });
}
// The page itself says how a state looks: take over the parts that changed.
async function refresh() {
  const { answer, text: html } = await ask(location.search || ".");
  if (!answer.ok) throw new Error(answer.status);
  // Without the head: its style has another answer's nonce, and would be refused.
  const fresh = new DOMParser().parseFromString(html.slice(html.indexOf("<body")), "text/html");
  for (const part of fresh.querySelectorAll(".live")) {
    if (sent[part.id] === part.innerHTML) continue;
    sent[part.id] = part.innerHTML;
    replace(by(part.id), part.innerHTML);
    if (part.id === "status") say([...part.querySelectorAll("h1, p")].map(one => one.textContent).join(". "), 10);
  }
  Object.assign(data, fresh.body.dataset);
  document.title = data.title;
  setClock(data.now); localTimes(); tick();
}

let timer = 0, wait = 0, failures = 0, isBusy = false;
function plan(seconds) {
  clearTimeout(timer);
  timer = setTimeout(poll, seconds * 1000);
}
async function poll() {
  if (isBusy || document.hidden) return;
  isBusy = true;
  try {
    const { answer } = await ask("status/", { "If-None-Match": data.tag });
    if (answer.status === 200) { await refresh(); wait = 0; }
    else if (answer.status === 304) setClock(answer.headers.get("X-Server-Time"));
    else throw new Error(answer.status);
    failures = 0;
  } catch { failures++; }
  isBusy = false;
  by("offline").hidden = failures < 2;
  next();
}
function next() {
  const pace = Number(data.poll);
  if (failures) plan(Math.min(60, 4 * 2 ** Math.min(failures, 4)));
  else if (pace) plan(wait = Math.min(pace * 4, Math.max(pace, wait * 1.2)));
  // The shop may turn a paid checkout into an order a moment later.
  else setTimeout(() => refresh().catch(() => 0), 5000);
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Number(data.poll)) { wait = 0; plan(0); }
});

async function copy(text, button) {
  try { await navigator.clipboard.writeText(text); return true; } catch { /* not on https */ }
  const field = document.createElement("textarea");
  field.value = text; field.readOnly = true; field.className = "unseen";
  body.append(field); field.select();
  const done = document.execCommand("copy");
  field.remove();
  button.focus({ preventScroll: true });
  return done;
}
document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy]");
  if (!button || button.classList.contains("ok") || !await copy(button.dataset.copy, button)) return;
  const words = button.textContent, { copied } = by("said").dataset;
  button.classList.add("ok");
  button.textContent = copied;
  say(copied, 2);
  setTimeout(() => { button.textContent = words; button.classList.remove("ok"); }, 2000);
});

document.addEventListener("input", ({ target }) => {
  if (target.type !== "search") return;
  const words = target.value.toLowerCase().split(/\s+/);
  let found = 0;
  for (const label of target.form.querySelectorAll("[data-find]")) {
    const text = (label.textContent + label.dataset.find).toLowerCase();
    label.hidden = !words.every(word => text.includes(word));
    if (!label.hidden) found++;
  }
  const said = by("no-match");
  said.textContent = found ? "" : said.dataset.words;
});

if (data.parent && parent !== window) {
  const tell = () => parent.postMessage({ type: "crypto-payment", status: data.state,
    height: body.getBoundingClientRect().height }, data.parent);
  new ResizeObserver(tell).observe(body);
  new MutationObserver(tell).observe(body, { attributes: true, attributeFilter: ["data-state"] });
}

setClock(data.now); localTimes(); tick();
setInterval(tick, 1000);
if (Number(data.poll)) plan(Number(data.poll));
})();
