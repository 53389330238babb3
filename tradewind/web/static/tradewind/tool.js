// Tool kit: one more line of a question, and an address that holds the question for a bookmark.
"use strict";
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-line]");
    if (!button) return;
    const body = button.form.querySelector("[data-lines] tbody");
    const row = body.lastElementChild.cloneNode(true);
    const number = body.children.length;
    row.firstElementChild.textContent = String(number + 1);
    for (const input of row.querySelectorAll("input, select")) {
      input.name = input.name.replace(/^lines-\d+-/, `lines-${number}-`);
      input.id = input.name;
      if (input.type === "checkbox") input.checked = false;
      else input.value = "";
    }
    body.append(row);
    row.querySelector("input, select").focus();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest ? event.target.closest("form.ask") : null;
    if (!form || !event.detail.successful) return;
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value) asked.append(name, value);
    }
    const query = asked.toString();
    if (query.length < 4000) history.replaceState(history.state, "", query ? `${form.getAttribute("action")}?${query}` : form.getAttribute("action"));
  });
})();
