// Shell: menu, counts, search box, messages, the dialog, errors that never replace a page.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const tw = (window.tw = {});

  tw.toast = (content, bad) => {
    const note = document.createElement("div");
    note.className = bad ? "toast error" : "toast";
    if (typeof content === "string") note.textContent = content;
    else note.append(content);
    note.addEventListener("click", () => note.remove());
    by("toasts").append(note);
    setTimeout(() => note.remove(), bad ? 12000 : 5000);
  };
  // Answers of our own server are parsed without running anything.
  const fragment = (html) => {
    const box = document.createDocumentFragment();
    box.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    return box;
  };

  tw.openDialog = () => { const box = by("dialog"); if (box && !box.open) box.showModal(); };
  tw.closeDialog = () => { const box = by("dialog"); if (box && box.open) box.close(); };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#dialog [data-close]")) { event.preventDefault(); tw.closeDialog(); }
    if (event.target === by("dialog")) tw.closeDialog();
    for (const open of document.querySelectorAll("details.menu[open]"))
      if (!open.contains(event.target)) open.open = false;
    const side = by("side");
    if (event.target.closest("#menu-button")) {
      const shown = side.classList.toggle("open");
      by("menu-button").setAttribute("aria-expanded", String(shown));
    } else if (side && !side.contains(event.target)) side.classList.remove("open");
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const box = by("find");
      if (box) { box.focus(); box.select(); }
      return;
    }
    const found = by("found");
    if (!found || !event.target.closest || !event.target.closest(".find")) return;
    if (event.key === "Escape") { event.target.blur(); found.replaceChildren(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const hits = [...found.querySelectorAll("a")];
      const at = hits.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (hits[at] || by("find")).focus();
    }
    if (event.key === "Enter" && event.target.id === "find") {
      const hit = found.querySelector("a");
      if (hit) { event.preventDefault(); hit.click(); }
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const data = event.detail.formData;
    if (event.detail.verb !== "get" || !data) return;
    for (const [name, value] of [...data.entries()]) if (value === "") data.delete(name);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.status >= 400 && xhr.status !== 401 && !xhr.getResponseHeader("HX-Retarget"))
      tw.toast(fragment(xhr.responseText), true);
  });
  document.addEventListener("htmx:sendError", () => tw.toast(by("toast-offline").content.cloneNode(true), true));
  document.addEventListener("htmx:timeout", () => tw.toast(by("toast-offline").content.cloneNode(true), true));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "dialog-body" && by("dialog").contains(event.detail.target)) {
      tw.openDialog();
      const first = by("dialog-body").querySelector("input:not([type=hidden]), select, textarea, button");
      if (first) first.focus();
    }
  });

  // A choice in the top bar takes effect at once, and leads back to the list as it stands now.
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]")) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const next = event.target.closest("[data-back-here]") && event.target.elements.next;
    if (next) next.value = location.pathname + location.search;
  });

  const count = async () => {
    const side = by("side");
    if (!side || document.hidden) return;
    try {
      const answer = await fetch(side.dataset.counts, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const numbers = await answer.json();
      for (const mark of side.querySelectorAll("b[data-noun]")) {
        const n = numbers[mark.dataset.noun] || 0;
        mark.textContent = n > 9999 ? "9999+" : n || "";
        mark.classList.toggle("none", !n);
      }
      for (const stage of side.querySelectorAll("details[data-stage]")) {
        const marks = [...stage.querySelectorAll("b[data-noun]")];
        const sum = marks.reduce((all, mark) => all + (numbers[mark.dataset.noun] || 0), 0);
        const total = stage.querySelector("b.sum");
        total.textContent = sum > 9999 ? "9999+" : sum || "";
        total.classList.toggle("none", !sum);
      }
    } catch { /* the next round tells */ }
  };
  count();
  setInterval(count, 30000);
  setTimeout(() => document.querySelectorAll("#toasts > .toast").forEach((t) => t.remove()), 7000);

  // Stages of the menu that a person has opened stay open, beside the one with the page that is open.
  const opened = () => { try { return new Set(JSON.parse(localStorage.getItem("tw_open")) || []); } catch { return new Set(); } };
  for (const stage of document.querySelectorAll(".side details[data-stage]")) {
    if (opened().has(stage.dataset.stage)) stage.open = true;
    stage.querySelector("summary").addEventListener("click", () => {
      const now = opened();
      if (stage.open) now.delete(stage.dataset.stage); else now.add(stage.dataset.stage);
      localStorage.setItem("tw_open", JSON.stringify([...now]));
    });
  }
  const here = document.querySelector(".side [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest" });

  // A figure's breakdown opens when its address is followed.
  const openTarget = () => {
    const aim = location.hash && document.querySelector(CSS.escape ? "#" + CSS.escape(location.hash.slice(1)) : location.hash);
    if (aim && aim.tagName === "DETAILS") aim.open = true;
  };
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // Truncated cells tell their whole text.
  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td, .side a span");
    if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
  });
})();
