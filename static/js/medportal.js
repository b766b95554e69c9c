// What HTML alone cannot do: keep it little. Everything works without this file but copying.
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text) => { const live = $("#live"); if (live) live.textContent = text; };
  document.documentElement.classList.add("scripted");
  const token = () => $("meta[name=csrf-token]")?.content ?? "";

  // htmx: the CSRF token on every request; a poll, which nobody triggered, keeps no session alive.
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
    if (!event.detail.triggeringEvent) event.detail.headers["X-MedPortal-Poll"] = "1";
  });

  // Copy as text: <button data-copy="#element" data-copied="Copied">.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = $(button.dataset.copy);
    const text = source.value ?? source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no clipboard on plain http: select, and let the browser copy
      source.hidden = false;
      getSelection().selectAllChildren(source);
      source.select?.();
      document.execCommand("copy");
    }
    say(button.dataset.copied ?? "");
    const words = button.textContent;
    button.textContent = button.dataset.copied ?? words;
    setTimeout(() => { button.textContent = words; }, 2000);
  });

  // A second click on a submit button sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "repeatable" in form.dataset || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    $$("button:not([type=button])", form).forEach((b) => b.setAttribute("aria-disabled", "true"));
  });
  const reopen = (form) => {
    delete form.dataset.sent;
    $$("button[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"));
  };
  addEventListener("pageshow", () => $$("form[data-sent]").forEach(reopen));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-sent]");
    if (form) reopen(form);
  });

  // Print.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // Choosing a filter sends its form: <select data-sends>. Without a script there is a button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
  });

  // A field that belongs to a choice: <input data-shows="#id"> shows it while it is checked.
  const showChosen = () => $$("[data-shows]").forEach((input) => {
    const chosen = input.matches("option") ? input.selected : input.checked;
    $(input.dataset.shows).hidden = !chosen;
  });
  document.addEventListener("change", showChosen);
  document.addEventListener("htmx:afterSwap", showChosen);

  // A value of the chart that was changed by hand: the page asks whether it is a try or a finding.
  const showChanges = () => $$("form[data-what-if]").forEach((form) => {
    const isChanged = (field) => {
      if (field.type === "radio") return field.checked && field.value !== field.dataset.inChart;
      return field.value.trim() !== field.dataset.inChart;
    };
    const changed = $$("[data-in-chart]", form).some(isChanged);
    $$("[data-when-changed]", form).forEach((part) => { part.hidden = !changed; });
  });
  document.addEventListener("input", showChanges);

  // Dialogs.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const menu = $("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  // Keyboard. Single keys can be switched off (WCAG 2.1.4); the browser keeps only that choice.
  const singleKeys = $("#single-keys");
  const keysAreOn = () => localStorage.getItem("single-keys") !== "off";
  if (singleKeys) {
    singleKeys.checked = keysAreOn();
    singleKeys.addEventListener("change", () => {
      localStorage.setItem("single-keys", singleKeys.checked ? "on" : "off");
    });
  }
  const step = (by) => {
    const links = $$("[data-rows] [data-row]");
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
    return true;
  };
  const keys = {
    "?": () => { $("#keyboard-help")?.showModal(); return true; },
    "/": () => { $("#find")?.focus(); return Boolean($("#find")); },
    j: () => step(1),
    k: () => step(-1),
  };
  const arrows = { ArrowDown: 1, ArrowUp: -1 };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { const menu = $("details.menu[open]"); if (menu) menu.open = false; }
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    const inRow = event.target.matches("[data-row]");
    if (arrows[event.key] && inRow && step(arrows[event.key])) { event.preventDefault(); return; }
    if (event.target.matches("input, select, textarea, [contenteditable]") || !keysAreOn()) return;
    if (keys[event.key]?.()) event.preventDefault();
  });

  // The session's end is announced a minute before; what was typed stays.
  const { sessionSeconds, sessionUrl } = document.body.dataset;
  const warning = $("#session-warning");
  if (sessionSeconds && warning) {
    let timer;
    let ending;
    const watch = () => {
      clearTimeout(timer);
      clearTimeout(ending);
      timer = setTimeout(() => {
        warning.showModal();
        ending = setTimeout(() => location.reload(), 60_000);
      }, (Number(sessionSeconds) - 60) * 1000);
    };
    warning.addEventListener("close", async () => {
      const answer = await fetch(sessionUrl, { method: "POST", headers: { "X-CSRFToken": token() } });
      if (answer.ok && !answer.redirected) watch(); else location.reload();
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.requestConfig?.triggeringEvent) watch();
    });
    watch();
  }

  // A note that the search found stands in the chart opened.
  const showTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target?.matches("details")) { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", showTarget);
  showTarget();

  // An error summary is where the reader has to be first.
  $(".error-summary")?.focus();
  showChosen();
  showChanges();
})();
