// List kit: selection, keyboard, bulk actions, saved views, columns.
"use strict";
(() => {
  const list = document.getElementById("list");
  const bulk = document.getElementById("bulk");
  const tw = window.tw;
  let all = false; // every row that fits the filters, not only this page
  const rows = () => (list ? [...list.querySelectorAll("tbody tr[data-id]")] : []);
  const boxes = () => (list ? [...list.querySelectorAll("td.pick input")] : []);
  const picked = () => boxes().filter((box) => box.checked);
  const cursor = () => list && list.querySelector("tr.cursor");

  const show = () => {
    const n = picked().length;
    const label = document.getElementById("picked");
    const total = document.getElementById("pick-all");
    if (!label) return;
    label.textContent = all ? total.dataset.total : n;
    total.setAttribute("aria-pressed", String(all));
    for (const box of boxes()) box.closest("tr").classList.toggle("chosen", all || box.checked);
    const page = document.getElementById("pick-page");
    if (page) { page.checked = n > 0 && n === boxes().length; page.indeterminate = n > 0 && !page.checked; }
    const states = new Set(picked().map((box) => box.closest("tr").dataset.state));
    for (const button of list.querySelectorAll(".bulk button[data-action]")) {
      const fits = (button.dataset.states || "").split(" ").filter(Boolean);
      const wrong = !all && fits.length && states.size && ![...states].some((s) => fits.includes(s));
      button.disabled = wrong || (button.dataset.on === "one" && (all || n > 1));
    }
  };

  const moveTo = (row) => {
    if (!row) return;
    const old = cursor();
    if (old) old.classList.remove("cursor");
    row.classList.add("cursor");
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const lines = rows();
    const at = lines.indexOf(cursor());
    moveTo(lines[Math.min(Math.max(at + by, 0), lines.length - 1)]);
  };

  const chosen = () => {
    const ids = picked().map((box) => box.value);
    if (!ids.length && cursor()) ids.push(cursor().dataset.id);
    return ids;
  };
  const act = (button) => {
    const verb = button.dataset.action;
    const url = `/${bulk.dataset.noun}/do/${verb}`;
    const fixed = bulk.querySelector("input[name=id]"); // a detail page: its own row
    const none = button.dataset.on === "none";
    const ids = none ? [] : fixed ? [fixed.value] : chosen();
    const form = new FormData(bulk);
    const values = { _from: form.get("_from") || "list", _wish: form.get("_wish") || "" };
    if (form.has("_store")) values._store = form.get("_store");
    if (!none && !ids.length && !all) { tw.toast(bulk.dataset.none, true); return; }
    if (all && !none) values._all = "1"; else if (ids.length) values.id = ids;
    if (button.hasAttribute("data-quick") && !values._all) {
      values._key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
      values._quick = "1";
      button.disabled = true;
      htmx.ajax("POST", url, { source: button, target: "#dialog-body", swap: "none", values }).finally(() => { button.disabled = false; });
    } else {
      htmx.ajax("GET", url, { source: button, target: "#dialog-body", swap: "innerHTML", values });
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    if (button && bulk) { event.preventDefault(); act(button); return; }
    if (!list) return;
    if (event.target.id === "pick-all") { all = !all; show(); return; }
    const row = event.target.closest("#list tbody tr[data-id]");
    if (!row) return;
    moveTo(row);
    if (event.target.closest("a, input, button, label") || getSelection().toString()) return;
    if (matchMedia("(max-width: 860px)").matches) { if (!event.target.closest(".pick")) location.href = row.dataset.url; return; }
    const box = row.querySelector(".pick input");
    if (box) { box.checked = !box.checked; all = false; show(); }
  });
  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest("#list tbody tr[data-id]");
    if (row && !event.target.closest("a, input")) location.href = row.dataset.url;
  });
  let last = null; // the box from which Shift selects on
  document.addEventListener("change", (event) => {
    if (event.target.id === "pick-page") for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.closest("#list .pick")) { all = false; show(); }
    if (event.target.closest("#columns")) columns();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("#list td.pick input");
    if (!box) return;
    if (event.shiftKey && last) {
      const every = boxes();
      const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
      for (const one of every.slice(from, to + 1)) one.checked = box.checked;
      show();
    }
    last = box;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (list) {
      if (event.key === "ArrowDown") { event.preventDefault(); step(1); return; }
      if (event.key === "ArrowUp") { event.preventDefault(); step(-1); return; }
      if (event.key === "/") { const box = document.querySelector(".q"); if (box) { event.preventDefault(); box.focus(); } return; }
      if (event.key === "x" && cursor()) { const box = cursor().querySelector(".pick input"); if (box) { box.checked = !box.checked; all = false; show(); } return; }
      if (event.key === "Enter" && cursor() && !event.target.closest("a, button")) { location.href = cursor().dataset.url; return; }
      if (event.key === "Escape") { for (const box of boxes()) box.checked = false; all = false; show(); return; }
    }
    const button = event.key.length === 1 && document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button && !button.disabled) { event.preventDefault(); button.click(); }
  });

  const refresh = () => htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "innerHTML" });
  document.addEventListener("tw:done", (event) => {
    tw.closeDialog();
    if (event.detail.message) tw.toast(event.detail.message);
    if (list) { all = false; refresh(); } else {
      const form = document.querySelector("form[data-back]");
      if (form) location.href = form.dataset.back;
    }
  });
  document.addEventListener("tw:changed", () => { if (list) { all = false; refresh(); } });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target === list) { all = false; show(); } });

  // Columns: kept in a cookie of this browser, a list at a time.
  const columns = () => {
    const form = document.getElementById("columns");
    const names = [...form.querySelectorAll("input:checked")].map((box) => box.value).join("-");
    document.cookie = `tw_cols_${form.dataset.noun}=${names};path=/${form.dataset.noun}/;max-age=31536000;samesite=lax`;
    refresh();
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all-columns]")) return;
    for (const box of document.querySelectorAll("#columns input")) box.checked = true;
    columns();
  });

  // Saved views: name -> query, in this browser.
  const views = document.getElementById("views");
  const key = views && "tw_views_" + views.dataset.noun;
  const read = () => { try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; } };
  const draw = () => {
    const box = views.querySelector("[data-views]");
    const known = read();
    box.replaceChildren();
    for (const name of Object.keys(known)) {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = `/${views.dataset.noun}/?${known[name]}`;
      link.textContent = name;
      const gone = document.createElement("button");
      gone.type = "button"; gone.className = "icon-button"; gone.textContent = "×"; gone.title = box.dataset.remove;
      gone.addEventListener("click", () => { const now = read(); delete now[name]; localStorage.setItem(key, JSON.stringify(now)); draw(); });
      line.append(link, gone);
      box.append(line);
    }
    if (!box.children.length) { const line = document.createElement("li"); line.textContent = box.dataset.empty; box.append(line); }
  };
  if (views) {
    draw();
    views.querySelector("[data-save-view]").addEventListener("submit", (event) => {
      event.preventDefault();
      const query = new URLSearchParams(location.search);
      query.delete("after");
      const now = read();
      now[event.target.elements.name.value.trim()] = query.toString();
      localStorage.setItem(key, JSON.stringify(now));
      event.target.reset();
      draw();
    });
  }
  show();
})();
