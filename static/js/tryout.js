// The try-out follows the hand: one question at a time, the newest next, a slow one given up.
"use strict";

(() => {
  const form = document.querySelector("form[data-try]");
  if (!form) return;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const GIVEN_UP = 400; // ms after which a newer position no longer waits for the answer
  const RESTS = 700; // ms without a movement after which the result is read out
  const FASTEST = 100; // ms between two questions: a hand that never rests stays within the limit

  // Slider and field hold one value; the field is what is sent.
  const unitOf = (name) => byId(`unit_${name}`);
  const textOf = (slider) => {
    const name = slider.closest("[data-field]").dataset.field;
    const field = byId(slider.dataset.slides);
    if (!field.value.trim()) return slider.dataset.missing;
    const unit = unitOf(name);
    const word = unit ? unit.selectedOptions[0].textContent : $(`[data-unit-text="${name}"]`)?.textContent ?? "";
    return `${field.value.trim()} ${word}`.trim();
  };
  const follow = (slider) => {
    const field = byId(slider.dataset.slides);
    const number = Number(field.value);
    if (field.value.trim() && Number.isFinite(number)) slider.value = number;
    slider.classList.toggle("unset", !field.value.trim());
    slider.setAttribute("aria-valuetext", textOf(slider));
    const none = $(`[data-none="${field.id}"]`);
    if (none) none.checked = !field.value.trim();
  };
  const sliderOf = (field) => $(`[data-slides="${field.id}"]`);

  // Another unit: the same value in it, and the slider's ends.
  const scaleOf = (option) => ({ factor: Number(option.dataset.factor), ...option.dataset });
  const rescale = (select, convert = true) => {
    const option = select.selectedOptions[0];
    if (!option.dataset.factor) return;
    const slider = byId(`slide_${select.dataset.unit}`);
    const field = byId(slider.dataset.slides);
    const [before, now] = [Number(select.dataset.factor || option.dataset.factor), scaleOf(option)];
    if (convert && field.value.trim() && Number.isFinite(Number(field.value))) {
      field.value = (Number(field.value) * before / now.factor).toFixed(Number(now.decimals));
    }
    select.dataset.factor = option.dataset.factor;
    [slider.min, slider.max, slider.step] = [now.low, now.high, now.step];
    follow(slider);
  };

  // One question at a time.
  let turn = 0;
  let asking = null; // {controller, began}
  let waits = false;
  let timer = 0;
  let isOver = false;
  const soon = (ms) => { clearTimeout(timer); timer = setTimeout(ask, ms); };
  const moved = () => {
    if (isOver) return;
    waits = true;
    if (asking && performance.now() - asking.began > GIVEN_UP) asking.controller.abort();
    if (!asking) soon(Math.max(0, FASTEST - (performance.now() - last)));
  };
  let last = -FASTEST;
  const ask = async () => {
    if (asking || isOver) return;
    waits = false;
    last = performance.now();
    const mine = { controller: new AbortController(), began: last };
    asking = mine;
    const body = new URLSearchParams(new FormData(form));
    body.set("turn", String(++turn));
    const slow = setTimeout(() => document.body.classList.add("waiting-long"), GIVEN_UP);
    try {
      const answer = await fetch(location.pathname + location.search, {
        method: "POST", body, signal: mine.controller.signal, redirect: "error", cache: "no-store",
        headers: { "HX-Request": "true", "X-CSRFToken": $("meta[name=csrf-token]")?.content ?? "" },
      });
      if (answer.status !== 204) show(await answer.text());
      if (answer.status === 409 || answer.status === 403 || answer.status === 404) isOver = true;
      if (answer.status === 429) { waits = false; soon(1000 * Math.min(60, Number(answer.headers.get("Retry-After") ?? 5))); }
    } catch { // given up for a newer position, or the portal is away: the next movement asks again
    } finally {
      clearTimeout(slow);
      document.body.classList.remove("waiting-long");
      asking = null;
      if (waits) soon(FASTEST - Math.min(FASTEST, performance.now() - last));
    }
  };

  // Each part of the answer takes the place of what has its name.
  let rests = 0;
  const show = (text) => {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const open = $$("details", byId("try-outcome")).map((d) => d.open);
    const scrolled = $(".try-out")?.scrollTop ?? 0;
    for (const part of [...answer.body.children]) {
      const old = part.id && byId(part.id);
      if (old && old.outerHTML !== part.outerHTML) old.replaceWith(document.adoptNode(part));
    }
    $$("details", byId("try-outcome")).forEach((d, i) => { if (open[i]) d.open = true; });
    if ($(".try-out")) $(".try-out").scrollTop = scrolled;
    const wrong = new Set($$("[data-invalid]").map((s) => s.dataset.invalid));
    $$("[name^=value_]", form).forEach((field) => {
      if (wrong.has(field.id)) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
    clearTimeout(rests);
    rests = setTimeout(() => { byId("live").textContent = byId("try-outcome").dataset.says ?? ""; }, RESTS);
  };

  form.addEventListener("input", (event) => {
    const { target } = event;
    if (target.matches("[data-slides]")) {
      const decimals = (target.step.split(".")[1] ?? "").length;
      byId(target.dataset.slides).value = Number(target.value).toFixed(decimals);
      follow(target);
    } else if (target.matches("[data-none]")) {
      const field = byId(target.dataset.none);
      const slider = sliderOf(field);
      if (target.checked) field.dataset.kept = field.value;
      field.value = target.checked ? "" : field.dataset.kept || field.dataset.start || slider.value;
      follow(slider);
    } else if (target.matches("[data-unit]")) {
      rescale(target);
    } else if (sliderOf(target)) {
      const unit = unitOf(target.closest("[data-field]").dataset.field);
      if (unit) rescale(unit, false); // it may have been filled in with the value
      follow(sliderOf(target));
    }
    moved();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.matches("[data-reset]")) reset();
    moved();
  });
  const reset = () => {
    $$("[data-unit]", form).forEach((select) => { select.value = select.dataset.start; rescale(select, false); });
    $$("[name^=value_]", form).forEach((field) => {
      field.value = field.dataset.start;
      if (sliderOf(field)) follow(sliderOf(field));
    });
  };
  addEventListener("pagehide", () => asking?.controller.abort());
  addEventListener("pageshow", () => { // «back» may have kept values that the outcome does not show
    const isKept = (field) => ("defaultValue" in field ? field.value !== field.defaultValue
      : [...field.options].some((option) => option.selected !== option.defaultSelected));
    $$("[data-slides]", form).forEach(follow);
    if ($$("[name^=value_]", form).some(isKept)) moved();
  });

  $$("[data-unit]", form).forEach((select) => rescale(select, false));
  $$("[data-slides]", form).forEach(follow);
})();
