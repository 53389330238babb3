// Form kit: problems go to their fields, what was typed stays, nothing is sent twice.
"use strict";
(() => {
  const clear = (form) => {
    for (const control of form.querySelectorAll(".control")) {
      control.classList.remove("wrong");
      const box = control.querySelector(".errors");
      if (box) box.replaceChildren();
    }
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "problems") return;
    const form = event.detail.target.closest("form");
    clear(form);
    for (const line of form.querySelectorAll("#problems li[data-for]")) {
      const control = line.dataset.for && form.querySelector(`.control[data-field="${CSS.escape(line.dataset.for)}"]`);
      if (!control) continue;
      control.classList.add("wrong");
      const note = document.createElement("p");
      note.textContent = [line.querySelector("span"), line.querySelector("small")].filter(Boolean).map((n) => n.textContent).join(" · ");
      control.querySelector(".errors").append(note);
      line.remove();
    }
    const list = form.querySelector("#problems ul");
    if (list && !list.children.length) list.remove();
    const first = form.querySelector(".control.wrong input:not([type=hidden]), .control.wrong select, .control.wrong textarea");
    if (first) first.focus();
  });
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button:not([name])");
    if (event.target.method === "post" && button && !event.target.hasAttribute("hx-post")) setTimeout(() => { button.disabled = true; }, 0);
  });
})();
