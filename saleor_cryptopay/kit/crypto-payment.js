/* <crypto-payment src="{data.payment.page_url}"> shows a payment in a storefront.

   Attributes: `src`, the payment's page_url; `lang`, a language code; `mode="link"`
   for a link instead of a frame; `label`, the link's words.
   Event: `status`, with the Status JSON as its detail, whenever it has changed.
   The frame needs the storefront's origin among the plugin's `frame_origins`; where
   it may not be shown there is a link to the page instead. */
(() => {
"use strict";
const POLL = 5000, SLOWEST = 60000, PATIENCE = 8000, SILENCE = 20000;
const OPEN = ["awaiting_payment", "payment_detected", "payment_insufficient"];

class CryptoPayment extends HTMLElement {
  static get observedAttributes() { return ["src", "lang", "mode", "label"]; }

  connectedCallback() {
    this.seen = "";
    this.onMessage = event => this.hear(event);
    this.onVisible = () => { if (!document.hidden) this.plan(0); };
    addEventListener("message", this.onMessage);
    document.addEventListener("visibilitychange", this.onVisible);
    this.draw();
  }

  disconnectedCallback() {
    removeEventListener("message", this.onMessage);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.stop();
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.doubt);
    if (this.line) this.line.abort();
    this.line = null;
  }

  attributeChangedCallback(name, before, now) {
    if (this.isConnected && this.onMessage && before !== now) this.draw();
  }

  get page() {
    try {
      const page = new URL(this.getAttribute("src") || "", document.baseURI);
      if (!/^https?:$/.test(page.protocol) || !/\/pay\/[^/]+\/$/.test(page.pathname)) return null;
      const language = this.getAttribute("lang");
      if (language) page.searchParams.set("lang", language);
      return page;
    } catch { return null; }
  }

  draw() {
    this.stop();
    this.frame = null;
    this.textContent = "";
    const page = this.page;
    if (!page) return;
    if (this.getAttribute("mode") === "link") this.link(page);
    else this.embed(page);
    this.failures = 0;
    this.plan(0);
  }

  link(page) {
    const link = document.createElement("a");
    link.href = page.href;
    link.textContent = this.getAttribute("label") || "Pay with cryptocurrency";
    this.textContent = "";
    this.append(link);
  }

  embed(page) {
    const framed = new URL(page);
    framed.searchParams.set("embed", location.origin);
    this.frame = document.createElement("iframe");
    this.frame.src = framed.href;
    this.frame.title = this.getAttribute("label") || "Pay with cryptocurrency";
    this.frame.allow = "clipboard-write";
    this.frame.style.cssText = "display:block;width:100%;min-height:320px;border:0";
    this.append(this.frame);
    // A frame that is refused says nothing at all.
    this.doubt = setTimeout(() => { this.frame = null; this.link(page); }, PATIENCE);
  }

  hear({ data, origin, source }) {
    if (!this.frame || source !== this.frame.contentWindow) return;
    if (origin !== new URL(this.frame.src).origin || !data || data.type !== "crypto-payment") return;
    clearTimeout(this.doubt);
    if (Number.isFinite(data.height)) this.frame.style.height = Math.ceil(data.height) + "px";
    if (data.status && data.status !== this.status) this.plan(0);
  }

  plan(wait) {
    clearTimeout(this.timer);
    if (this.isConnected) this.timer = setTimeout(() => this.look(), wait);
  }

  async look() {
    const page = this.page;
    if (!page || document.hidden) return;
    if (this.line) this.line.abort();
    // Silent for ever it must not be, nor answer when something else is asked for.
    const line = this.line = new AbortController(), late = setTimeout(() => line.abort(), SILENCE);
    let facts = null;
    try {
      const answer = await fetch(new URL("status/", page),
        { credentials: "omit", referrerPolicy: "no-referrer", signal: line.signal });
      if (!answer.ok) throw new Error(answer.status);
      facts = await answer.json();
    } catch { /* asked again below */ }
    clearTimeout(late);
    if (this.line !== line) return;
    this.line = null;
    this.failures = facts ? 0 : this.failures + 1;
    if (facts) this.tell(facts);
    else this.plan(Math.min(SLOWEST, POLL * 2 ** this.failures));
  }

  tell(facts) {
    const { server_time, ...rest } = facts, seen = JSON.stringify(rest);
    if (seen !== this.seen) {
      this.seen = seen;
      this.status = facts.status;
      this.dispatchEvent(new CustomEvent("status", { detail: facts, bubbles: true, composed: true }));
    }
    if (facts.status !== "confirmed" && facts.status !== "canceled")
      this.plan(OPEN.includes(facts.status) ? POLL : POLL * 6);
  }
}
if (!customElements.get("crypto-payment")) customElements.define("crypto-payment", CryptoPayment);
})();
