"use strict";
const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
let state = null;
let hasShownAsked = false;

async function post(path, body = {}) {
  try {
    const reply = await fetch(path, { method: "POST", body: JSON.stringify(body) });
    const data = await reply.json();
    if (!reply.ok) say(data.error.details || data.error.message);
  } catch {
    say("The sandbox does not answer.");
  }
  await look();
}

function say(text) {
  $("notice").textContent = text;
  $("notice").hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { $("notice").hidden = true; }, 5000);
}

// Amounts are whole numbers of base units: a coin has more places than a double.
function units(text, decimals) {
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(text.trim());
  if (!found || (found[2] || "").length > decimals) return null;
  return BigInt(found[1] + (found[2] || "").padEnd(decimals, "0"));
}

function coins(whole, decimals) {
  const digits = whole.toString().padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const part = digits.slice(cut).replace(/0+$/, "");
  return digits.slice(0, cut) + (part && "." + part);
}

async function pay(row, how, text) {
  const own = row.coin || Object.keys(row.coins)[0];
  const decimals = row.coins[own];
  const whole = units(text, decimals);
  if (!whole) return say(`Not an amount of ${own.toUpperCase()}: at most ${decimals} decimals.`);
  const other = Object.keys(row.coins).find((coin) => coin !== own);
  const first = (whole * 6n) / 10n;
  const parts = {
    exactly: [whole], less: [(whole * 9n) / 10n], more: [(whole * 11n) / 10n],
    parts: [first, whole - first], wrong: [whole],
  }[how];
  for (const part of parts) {
    const coin = how === "wrong" ? other : own;
    const amount = shortened(coins(part, decimals), row.coins[coin]);
    await post("/sandbox/pay", { address: row.id, coin, amount });
  }
}

function shortened(amount, decimals) {
  const [whole, part = ""] = amount.split(".");
  const kept = part.slice(0, decimals);
  return kept ? `${whole}.${kept}` : whole;
}

// Keeps one element for each row, so that what one types or opens stays.
function keep(holder, rows, template, make, update) {
  const old = new Map([...holder.children].map((one) => [one.dataset.id, one]));
  rows.forEach((row, place) => {
    let one = old.get(row.id);
    if (!one) {
      one = $(template).content.firstElementChild.cloneNode(true);
      one.dataset.id = row.id;
      make(one, row);
    }
    old.delete(row.id);
    update(one, row);
    if (holder.children[place] !== one) holder.insertBefore(one, holder.children[place] || null);
  });
  old.forEach((one) => one.remove());
}

function put(one, selector, text) {
  const found = one.querySelector(selector);
  if (found.textContent !== text) found.textContent = text;
  found.hidden = text === "";
}

function makeAddress(one, row) {
  const form = one.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pay(row, event.submitter.value, form.amount.value);
  });
  form.querySelector("[value=wrong]").disabled = Object.keys(row.coins).length < 2;
  if (isAsked(row)) {
    one.classList.add("chosen");
    form.amount.value = asked.get("amount") || "";
  }
}

const isAsked = (row) => [row.address, row.id].includes(asked.get("address"));

function updateAddress(one, row) {
  const facts = Object.entries(row.metadata).map(([name, value]) => `${name} ${value}`);
  const came = row.balances.filter((sum) => sum.total !== "0").map(
    (sum) => `${sum.total} ${sum.coin.toUpperCase()}` + (sum.unconfirmed === "0" ? "" : ` (${sum.unconfirmed} not final)`));
  put(one, ".asset", `${(row.coin || "any coin").toUpperCase()} on ${row.network_name}`);
  put(one, ".label", row.label);
  put(one, ".text", row.address);
  put(one, ".metadata", facts.join(" · "));
  put(one, ".received", came.length ? `Received ${came.join(", ")}` : "");
  const own = state.transactions.filter((moved) => moved.address_id === row.id);
  keep(one.querySelector(".transactions"), own, "transaction-row", makeTransaction, updateTransaction);
}

function makeTransaction(one, row) {
  const path = `/sandbox/transactions/${row.id}/`;
  const deeds = {
    block: () => post("/sandbox/blocks", { count: 1, network: row.network }),
    confirm: () => post(path + "confirm"),
    fail: () => post(path + "fail"),
    replace: () => post(path + "replace"),
    spend: () => post(path + "replace", { pays_us: false }),
    reorganise: () => post(path + "reorganise"),
  };
  one.addEventListener("click", (event) => deeds[event.target.dataset.do]?.());
}

function updateTransaction(one, row) {
  const isUnderway = ["pending", "confirming"].includes(row.status);
  const isMined = ["confirming", "confirmed"].includes(row.status);
  put(one, ".amount", `${row.amount} ${row.coin.toUpperCase()}`);
  put(one, ".hash", `${row.hash.slice(0, 14)}…${row.hash.slice(-8)}`);
  one.querySelector(".hash").title = row.hash;
  put(one, ".count", row.error || `${row.confirmations} of ${row.required_confirmations} confirmations`);
  pill(one, row.status);
  const bar = one.querySelector("progress");
  bar.hidden = !isUnderway;
  bar.max = row.required_confirmations;
  bar.value = row.confirmations;
  for (const button of one.querySelectorAll("button")) {
    button.hidden = button.dataset.do === "reorganise" ? !isMined : !isUnderway;
  }
}

function pill(one, word) {
  const found = one.querySelector(".pill");
  found.className = `pill ${word}`;
  found.textContent = word.replace("_", " ");
}

function updateDelivery(one, row) {
  pill(one, row.state);
  put(one, ".event", row.event);
  put(one, ".when", new Date(row.created_at).toLocaleTimeString());
  put(one, ".attempts", row.attempts.map((tried) => `${tried.status || tried.error} in ${tried.milliseconds} ms`).join(" · "));
  put(one, ".body", row.body);
}

function makeDelivery(one, row) {
  one.querySelector("button").addEventListener("click", () => post(`/sandbox/deliveries/${row.id}/resend`));
}

function updateWithdrawal(one, row) {
  pill(one, row.status);
  put(one, ".event", `${row.amount} ${row.coin.toUpperCase()} on ${row.network}`);
  put(one, ".when", new Date(row.created_at).toLocaleTimeString());
  put(one, ".attempts", row.hash);
  put(one, ".body", `to ${row.to_address}`);
}

const makeWithdrawal = (one) => one.querySelector("button").remove();

function fill(id, values) {
  const form = $(id);
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (!field || field === document.activeElement) continue;
    if (field.type === "checkbox") field.checked = Boolean(value);
    else field.value = value;
  }
}

function show() {
  const chosen = state.addresses.filter(isAsked);
  const rows = chosen.concat(state.addresses.filter((row) => !isAsked(row)));
  keep($("addresses"), rows, "address-card", makeAddress, updateAddress);
  keep($("deliveries"), state.deliveries, "delivery-row", makeDelivery, updateDelivery);
  keep($("withdrawals"), state.withdrawals, "delivery-row", makeWithdrawal, updateWithdrawal);
  $("no-addresses").hidden = rows.length > 0;
  $("no-deliveries").hidden = state.deliveries.length > 0;
  $("no-webhooks").hidden = state.webhooks.length > 0;
  $("withdrawals-card").hidden = state.withdrawals.length === 0;
  $("webhooks").replaceChildren(...state.webhooks.map((hook) => {
    const line = document.createElement("li");
    line.textContent = hook.url + (hook.active ? "" : " (off)");
    return line;
  }));
  $("pace").textContent = state.block_seconds ? `a block every ${state.block_seconds} s` : "blocks by hand";
  $("api").textContent = location.origin + "/api/v1";
  $("key").textContent = state.key;
  $("secret").textContent = state.secret;
  fill("weather", state.weather);
  fill("dialect", state.dialect);
  fill("faults", state.faults.left === 0 ? { kind: "none" } : state.faults);
  if (chosen.length && !hasShownAsked) {
    hasShownAsked = true;
    $("addresses").firstElementChild.scrollIntoView({ block: "nearest" });
  }
}

async function look() {
  try {
    state = await (await fetch("/sandbox/state")).json();
  } catch {
    return say("The sandbox does not answer.");
  }
  show();
}

document.addEventListener("click", (event) => {
  const { post: path, body, ask } = event.target.dataset;
  if (event.target.tagName !== "BUTTON" || !path) return;
  if (!ask || confirm(ask)) post(path, JSON.parse(body || "{}"));
});

for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const { name, type, checked, value } = event.target;
    if (type === "number" && value === "") return;
    const typed = { checkbox: checked, number: Number(value) }[type] ?? value;
    post(form.dataset.post, { [name]: typed });
  });
}

look();
setInterval(look, 1500);
