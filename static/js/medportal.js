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

  // An own estimate goes out after three seconds; until then another tap or «take it back» counts.
  const MOMENT = 3000;
  const waiting = new WeakMap();
  const settle = (form, chosen) => {
    clearTimeout(waiting.get(form));
    $$("button[name]", form).forEach((b) => b.setAttribute("aria-pressed", String(b === chosen)));
    const note = $("[data-noted]", form);
    note.hidden = !chosen;
    $("[data-chosen]", note).textContent = chosen ? chosen.textContent : "";
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("takesBack" in form.dataset) || form.dataset.sure || !event.submitter) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const chosen = event.submitter;
    settle(form, chosen);
    say($("[data-noted]", form).textContent);
    waiting.set(form, setTimeout(() => {
      form.dataset.sure = "1";
      form.requestSubmit(chosen);
    }, MOMENT));
  }, true);
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-take-back]")?.form;
    if (form) settle(form, null);
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

  // A decision that departs from the estimate or from the usual action asks for its reason.
  const showReason = () => $$("form[data-departs]").forEach((form) => {
    const judged = $("input[name=assessment]:checked", form);
    const action = $("input[name=action]:checked", form);
    const isUnusual = action && $("[data-usual]", form) && !("usual" in action.dataset);
    const departs = (judged && judged.value !== "about-right") || isUnusual;
    const part = $("[data-when-departing]", form);
    if (!part) return;
    part.hidden = !departs && !$("select", part).value && !part.matches(".invalid");
  });
  document.addEventListener("change", showReason);
  document.addEventListener("htmx:afterSwap", showReason);

  // A fold stays as it was left until the session ends: <details data-fold="name">.
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("summary")?.parentElement;
    if (!fold?.dataset.fold) return;
    const { foldsUrl } = fold.closest("[data-folds-url]").dataset;
    const body = new URLSearchParams({ fold: fold.dataset.fold, open: fold.open ? "" : "1" }); // about to turn
    fetch(foldsUrl, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  });
  const openFoldOf = (target) => {
    for (let part = target?.closest("details"); part; part = part.parentElement.closest("details")) {
      part.open = true;
    }
  };

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

  // What was perhaps meant: <button data-fills="name" data-value="7.8"> puts it into the field.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fills]");
    if (!button) return;
    const form = button.closest("form");
    const field = form.elements[button.dataset.fills];
    const unit = form.elements[button.dataset.fillsUnit];
    field.value = button.dataset.value;
    if (unit && button.dataset.unit) unit.value = button.dataset.unit;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // A value that is being changed no longer stands where its picture says.
  document.addEventListener("input", (event) => {
    const name = event.target.name || "";
    if (!/^(value|unit)_/.test(name)) return;
    const row = event.target.closest(".input");
    if (row) $$("[data-compares]", row).forEach((picture) => { picture.hidden = true; });
  });

  // A long list that can be searched: <input data-filters="#list"> hides what does not match.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    const list = $(event.target.dataset.filters);
    $$("li", list).forEach((item) => { item.hidden = !item.dataset.words.includes(wanted); });
    $$("section", list).forEach((part) => { part.hidden = !$$("li:not([hidden])", part).length; });
    $$("[data-no-match]").forEach((part) => {
      part.hidden = $$("li:not([hidden])", list).length > 0;
    });
  });

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
    n: () => { $("[data-next]")?.click(); return Boolean($("[data-next]")); },
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

  // The language switch takes along what was typed: by way of the server's session, never the
  // browser's storage. Passwords, files and hidden fields stay behind.
  const typedForms = () => $$("main form[method=post]").filter((form) => !("language" in form.dataset));
  const typed = (form) => [...form.elements].filter((field) => field.name
    && field.matches("input, select, textarea") && !field.matches("[data-sends]")
    && !["hidden", "password", "file", "submit", "button"].includes(field.type));
  const isBox = (field) => ["checkbox", "radio"].includes(field.type);
  const isTouched = (field) => {
    if (isBox(field)) return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("language" in form.dataset) || !form.elements.draft) return;
    const forms = typedForms();
    if (!forms.some((each) => typed(each).some(isTouched)) && !$(".error-summary")) return;
    form.elements.draft.value = JSON.stringify(forms.flatMap((each, at) => {
      const found = new Map();
      for (const field of typed(each)) {
        if (!found.has(field.name)) found.set(field.name, []);
        if (!isBox(field) || field.checked) found.get(field.name).push(field.value);
      }
      return [...found].map(([name, values]) => [at, name, values]);
    }));
  });
  const fillIn = ([at, name, values]) => {
    const left = [...values];
    const form = typedForms()[at];
    for (const field of form ? typed(form).filter((each) => each.name === name) : []) {
      if (isBox(field)) field.checked = values.includes(field.value);
      else if (left.length) field.value = left.shift();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const held = $("#draft");
  if (held) { JSON.parse(held.textContent).forEach(fillIn); held.remove(); }

  // The session's end is announced a minute before. When it has ended the page is hidden, keeps
  // what was typed (in itself, nowhere else), and goes on once the same person has logged in.
  const { sessionUrl, againUrl, user } = document.body.dataset;
  const [warning, ended] = [$("#session-warning"), $("#session-ended")];
  const tabs = new BroadcastChannel("medportal-session");
  if (sessionUrl && warning) {
    const SOON = 60;
    const title = document.title;
    let timer;
    let stays = true; // closing the warning is the person's act, unless the page closes it
    let endsAt = Date.now() + Number(document.body.dataset.sessionSeconds) * 1000;
    const ask = (url, options = {}) => fetch(url, { ...options, redirect: "error" });
    const hide = (hidden) => {
      document.body.classList.toggle("hidden-page", hidden);
      document.title = hidden ? "MedPortal" : title;
      if (hidden && !ended.open) { $$("dialog[open]").forEach((d) => d.close()); ended.showModal(); }
      if (!hidden && ended.open) ended.close();
    };
    const take = (state) => {
      clearTimeout(timer);
      $("meta[name=csrf-token]").content = state.csrf;
      $$("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = state.csrf; });
      if (state.user && state.user !== user) { location.reload(); return; }
      endsAt = Date.now() + state.seconds * 1000;
      hide(!state.user);
      if (!state.user) return;
      if (state.seconds > SOON) {
        if (warning.open) { stays = false; warning.close(); }
        timer = setTimeout(look, (state.seconds - SOON) * 1000);
      } else {
        if (!warning.open) { stays = true; warning.showModal(); }
        timer = setTimeout(look, (state.seconds + 2) * 1000);
      }
    };
    const look = async () => {
      try {
        const answer = await ask(sessionUrl, { headers: { "X-MedPortal-Poll": "1" } });
        take(await answer.json());
      } catch { // the portal is away: ask again, and show nothing of a session that may have ended
        if (Date.now() > endsAt) document.body.classList.add("hidden-page");
        timer = setTimeout(look, 10_000);
      }
    };
    const stay = async () => {
      try {
        take(await (await ask(sessionUrl, { method: "POST", headers: { "X-CSRFToken": token() } })).json());
      } catch {
        look();
      }
    };
    warning.addEventListener("close", () => { if (stays && !ended.open) stay(); });
    ended.addEventListener("cancel", (event) => event.preventDefault());
    $("form", ended).addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      const body = new URLSearchParams(new FormData(form));
      form.elements.password.value = "";
      try {
        const answer = await ask(againUrl, { method: "POST", body, headers: { "X-CSRFToken": token() } });
        if (answer.status === 422) $("#again-error").textContent = (await answer.json()).error;
        else take(await answer.json());
      } catch { // locked for a while, or the portal is away: the login page says which
        location.reload();
      }
    });
    document.addEventListener("submit", (event) => { // a machine that slept has not counted
      if (Date.now() < endsAt || event.target.closest("dialog")) return;
      event.preventDefault();
      event.stopPropagation();
      look();
    }, true);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    addEventListener("pageshow", (event) => { if (event.persisted) look(); });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.requestConfig?.triggeringEvent) look();
    });
    timer = setTimeout(look, endsAt - Date.now() - SOON * 1000);
    // Another tab logged out, or in: this page is blank before the server was asked.
    tabs.addEventListener("message", ({ data }) => {
      if (data !== user) hide(true);
      if (data !== user || ended.open) look();
    });
  }
  // Whose page this is, and nothing more, is told to the other tabs; a name is in no storage.
  tabs.postMessage(user ?? "");
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/accounts/logout/']")) tabs.postMessage("");
  });

  // A note that the search found stands in the chart opened.
  const showTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.closest("details:not([open])")) { openFoldOf(target); target.scrollIntoView(); }
  };
  addEventListener("hashchange", showTarget);
  showTarget();

  // An error summary is where the reader has to be first.
  $(".error-summary")?.focus();
  showChosen();
  showChanges();
  showReason();
})();
