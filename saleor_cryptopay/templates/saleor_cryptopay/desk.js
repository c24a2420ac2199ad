(() => {
"use strict";
const by = id => document.getElementById(id);
const graphql = location.pathname.split("/plugins/")[0] + "/graphql/";

// In this page only: no cookie, no storage. Closing the page ends the login.
let token = "", refreshToken = "", isBusy = false;
// Mails lead to a payment: #cases=its id.
const [tab, of] = location.hash.slice(1).split("=");
let shown = tab === "cases" ? "cases" : "waiting";
by("of").value = of || "";

const LOGIN = `mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) {
    token refreshToken errors { message } } }`;
const REFRESH = `mutation($token: String!) {
  tokenRefresh(refreshToken: $token) { token errors { message } } }`;

// Words, style and place of the buttons; "r" marks those that take a reason for the
// customer, "n" those that take one for the books.
const ACTIONS = {
  "approve": ["Approve and send", "", "The coins will be sent."],
  "try-again": ["Try again", "", "It will be sent again."],
  "not-sent": ["Not sent: send it again", "n", "It will be sent again."],
  "refuse-address": ["Refuse the address", "r", "The customer is asked for another address."],
  "ask-again": ["Ask again with a new link", "p", "There is a new link."],
  "decline": ["Decline the refund", "r", "The refund is declined."],
};

function say(words) {
  by("said").textContent = words;
  by("said").hidden = !words;
}
function announce(words) { by("done").textContent = ""; by("done").textContent = words; }

async function askSaleor(query, variables) {
  const answer = await fetch(graphql, { method: "POST", credentials: "omit", cache: "no-store",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  const result = data && Object.values(data)[0];
  const problem = (errors || (result ? result.errors : [{ message: "Saleor does not answer." }]))[0];
  if (problem) throw new Error(problem.message);
  return result;
}
function ask(path, body) {
  const headers = { Authorization: "Bearer " + token };
  if (body) headers["Content-Type"] = "application/json";
  return fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body),
    credentials: "omit", cache: "no-store", redirect: "error" });
}
// An access token lives for minutes: a new one is fetched once, then asked again.
async function request(path, body) {
  let answer = await ask(path, body);
  if (answer.status === 401 && refreshToken) {
    try { token = (await askSaleor(REFRESH, { token: refreshToken })).token; } catch { leave(); }
    if (token) answer = await ask(path, body);
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.status === 401) { leave(); throw new Error(data.error || "Please log in again."); }
  if (!answer.ok) throw new Error(data.error || "The shop answers " + answer.status + ".");
  return data;
}

function leave() {
  token = refreshToken = "";
  by("room").hidden = by("leave").hidden = true;
  by("list").replaceChildren();
  by("door").hidden = false;
  by("email").focus();
}
async function enter() {
  await show();
  by("door").hidden = true;
  by("room").hidden = by("leave").hidden = false;
  by("login").reset(); by("token-login").reset();
  by("room-title").focus();
}
async function show() {
  const isCases = shown === "cases", of = by("of").value.trim();
  const { refunds, cases, more } = await request(isCases ? "cases/" + (of ? "?of=" + encodeURIComponent(of) : "") : "list/?show=" + shown);
  const cards = isCases ? cases.map(dossier) : refunds.map(slip);
  by("list").replaceChildren(...cards);
  by("find").hidden = !isCases;
  by("all").hidden = !of;
  by("none").textContent = isCases && of ? "No payment has this." : "Nothing here.";
  by("none").hidden = cards.length > 0;
  by("more").hidden = !more;
  for (const tab of document.querySelectorAll(".tab")) tab.setAttribute("aria-pressed", String(tab.dataset.show === shown));
}

function put(list, name, value, isLink) {
  if (!value) return;
  const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
  dt.textContent = name;
  if (isLink) {
    const link = document.createElement("a");
    link.href = isLink; link.textContent = value; link.target = "_blank"; link.rel = "noopener noreferrer";
    dd.append(link);
  } else dd.textContent = value;
  dd.dir = "auto";
  row.append(dt, dd); list.append(row);
}
function slip(refund) {
  const item = by("slip").content.cloneNode(true).firstElementChild, find = what => item.querySelector(what);
  const heading = refund.coins + " " + refund.symbol + " on " + refund.network_name;
  item.dataset.id = refund.id;
  find("article").setAttribute("aria-label", heading);
  find("[data-of=sum]").textContent = heading;
  find("[data-of=state_words]").textContent = refund.state_words;
  const facts = find(".facts");
  for (const [name, value, link] of refund.facts) put(facts, name, value, link);
  if (refund.groups.length) {
    find(".whole").hidden = false;
    find(".address").append(...refund.groups.flatMap(group => {
      const span = document.createElement("span");
      span.textContent = group;
      return [span, document.createElement("wbr")];
    }));
  }
  find(".past").hidden = !refund.history.length;
  for (const text of refund.history) {
    const line = document.createElement("li");
    line.textContent = text; line.dir = "auto";
    find(".past ol").append(line);
  }
  fillActions(item, refund, heading);
  return item;
}
function addAction(item, words, kind, heading, act) {
  const button = document.createElement("button");
  button.type = "button"; button.textContent = words;
  button.className = "button" + (kind ? " plain" : "");
  button.setAttribute("aria-label", words + ": " + heading);
  button.addEventListener("click", act);
  item.querySelector(".actions").append(button);
}
function fillActions(item, refund, heading) {
  const add = (words, kind, act) => addAction(item, words, kind, heading, act);
  for (const name of refund.actions) {
    const [words, kind, done] = ACTIONS[name];
    add(words, kind, () => decide(item, refund, name, done));
    if (kind === "r" || kind === "n") item.querySelector(".reason").hidden = false;
    if (kind === "n") item.querySelector(".reason span").textContent = "How you know that it was not sent";
  }
  if (refund.link) add("Copy the customer's link", "p", async () => {
    try { await navigator.clipboard.writeText(refund.link); announce("Copied"); say(""); }
    catch { say("The customer's link: " + refund.link); }
  });
}
async function decide(item, refund, name, done) {
  const reason = item.querySelector("[name=reason]");
  const kind = ACTIONS[name][1];
  if ((kind === "r" || kind === "n") && !reason.value.trim()) {
    reason.setAttribute("aria-invalid", "true");
    reason.focus();
    say(kind === "r" ? "Please give a reason: the customer reads it." : "Say how you know that it was not sent.");
    return;
  }
  const question = { "approve": "Send " + refund.coins + " " + refund.symbol + " to\n" + refund.address + "\non " + refund.network_name + "?",
    "not-sent": "Have you looked in the gateway's own console, and is there no order of it?\nIf there is one, the coins go out twice.",
    "decline": "Decline this refund for good?" }[name];
  if (isBusy || question && !confirm(question)) return;
  await attempt(async () => {
    await request(refund.id + "/" + name + "/", { reason: reason.value.trim(), address: refund.address });
    await finish(done);
  });
}
// A payment that waits for a decision, or that was looked for.
function dossier(data) {
  const item = by("dossier").content.cloneNode(true).firstElementChild, find = what => item.querySelector(what);
  item.dataset.id = data.id;
  find("article").setAttribute("aria-label", data.title);
  find("[data-of=title]").textContent = data.title;
  find("[data-of=state_words]").textContent = data.state_words;
  for (const why of data.whys) {
    const line = document.createElement("li");
    line.textContent = why; line.dir = "auto";
    find(".whys").append(line);
  }
  find(".whys").hidden = !data.whys.length;
  for (const [name, value, link] of data.facts) put(find(".facts"), name, value, link);
  const reason = find("[name=reason]");
  find(".reason").hidden = !data.offers.length && !data.cases;
  for (const { key, words } of data.offers) addAction(item, "Give back " + words, "", data.title, () => {
    if (isBusy || !confirm("Give back " + words + "?\nThe customer is asked for an address.")) return;
    attempt(async () => {
      try { await request("cases/" + data.id + "/give-back/", { offer: key, reason: reason.value.trim() }); }
      catch (error) { if (token) await show(); throw error; }
      shown = "underway"; by("of").value = "";
      await finish("The refund is begun: the customer is asked for an address.");
    });
  });
  if (data.cases) addAction(item, "Close: nothing goes back", "p", data.title, () => {
    if (!reason.value.trim()) {
      reason.setAttribute("aria-invalid", "true");
      reason.focus();
      say("Say what was decided: it is kept with the case.");
      return;
    }
    if (!isBusy) attempt(async () => {
      await request("cases/" + data.id + "/close/", { cases: data.cases, reason: reason.value.trim() });
      await finish("The case is closed.");
    });
  });
  return item;
}
async function finish(words) {
  await show();
  announce(words);
  by("room-title").focus();
}
// One thing after the other; what goes wrong is said.
let line = Promise.resolve();
function attempt(act) {
  return line = line.then(async () => {
    isBusy = true; say("");
    try { await act(); } catch (error) { say(error.message); }
    isBusy = false;
  });
}

by("login").addEventListener("submit", event => {
  event.preventDefault();
  attempt(async () => {
    const found = await askSaleor(LOGIN, { email: by("email").value, password: by("password").value });
    ({ token, refreshToken } = found);
    await enter();
  });
});
by("token-login").addEventListener("submit", event => {
  event.preventDefault();
  attempt(async () => { token = by("token").value.trim(); refreshToken = ""; await enter(); });
});
by("leave").addEventListener("click", () => { say(""); leave(); });
for (const tab of document.querySelectorAll(".tab")) tab.addEventListener("click", () => attempt(async () => {
  shown = tab.dataset.show; by("of").value = "";
  await show();
}));
by("find").addEventListener("submit", event => { event.preventDefault(); attempt(show); });
by("all").addEventListener("click", () => { by("of").value = ""; attempt(show); });
})();
