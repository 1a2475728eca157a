// The contract form. Everything works without this: it saves presses. Enter goes down the lines, pasted rows are split
// into cells, findings of the preview come to the fields that were left, and leaving with unsaved changes asks first.
"use strict";

(() => {
  const form = document.getElementById("entry");
  if (!form) return;
  const state = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !name.startsWith("paste"))).toString();
  const kept = form.hasAttribute("data-changed") ? null : state();
  let leaving = false;
  const touched = new Set();

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && state() !== kept) event.preventDefault();
  });
  form.addEventListener("submit", () => { leaving = true; });

  const press = (value) => {
    const button = form.querySelector(`button[name="do"][value="${value}"]`);
    if (button) button.click();
  };

  // Enter in a line goes to the same field of the next one, and behind the last one makes another.
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !field.matches("#lines .line-main input, #lines .line-main select")) return;
    event.preventDefault();
    const row = Number(field.closest("[data-row]").dataset.row);
    const next = form.elements.namedItem(field.name.replace(/^lines\[\d+\]/, `lines[${row + 1}]`));
    if (next) { next.focus(); if (next.select) next.select(); } else press("add-line");
  });

  // Rows of a spreadsheet pasted into a line go to the server, which knows the cells; what has no tab and no second
  // line is pasted as anywhere.
  form.addEventListener("paste", (event) => {
    const field = event.target;
    if (!field.matches("#lines .line-main input")) return;
    const text = event.clipboardData.getData("text/plain");
    if (!/\t|\n./.test(text.replace(/\r/g, ""))) return;
    event.preventDefault();
    form.elements.namedItem("paste").value = text;
    form.elements.namedItem("paste.at").value = field.name;
    press("paste");
  });

  // Customers beyond those the page brought along.
  let search;
  form.addEventListener("input", (event) => {
    const field = event.target;
    touched.add(field.id);
    const ticks = field.closest("fieldset.ticks");
    if (ticks) touched.add(ticks.id);
    if (!field.dataset.search || field.value.length < 2) return;
    clearTimeout(search);
    search = setTimeout(async () => {
      const answer = await fetch(`${field.dataset.search}?q=${encodeURIComponent(field.value)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const list = document.getElementById(field.getAttribute("list"));
      const known = new Set([...list.options].map((option) => option.value));
      for (const { value, label } of await answer.json()) {
        if (known.has(value)) continue;
        const option = document.createElement("option");
        option.value = value;
        option.textContent = label;
        list.append(option);
      }
    }, 150);
  });
  form.addEventListener("focusout", (event) => { if (event.target.value) touched.add(event.target.id); });

  // What the preview found wrong stands beside the fields that somebody has been in.
  const showFindings = () => {
    for (const field of form.querySelectorAll("[data-found]")) {
      field.removeAttribute("data-found");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
    }
    for (const old of form.querySelectorAll(".error.live")) old.remove();
    for (const finding of document.querySelectorAll("#preview-findings [data-field]")) {
      const field = document.getElementById(finding.dataset.field);
      if (!field || !form.contains(field) || !(field.name || field.dataset.name) || !touched.has(field.id) || field.hasAttribute("aria-invalid")) continue;
      const text = document.createElement("p");
      text.className = "error live";
      text.id = `${field.id}-live`;
      text.textContent = finding.dataset.message;
      field.closest(".field").append(text);
      if (field.dataset.name) continue; // boxes to tick: a group of them cannot be invalid
      field.setAttribute("data-found", "");
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", text.id);
    }
  };

  // Ids follow what is typed into the lines: boxes that choose among them come and go. One that is ticked stays.
  const syncTicks = () => {
    const told = document.querySelector("#preview [data-ids]");
    if (!told) return;
    const now = JSON.parse(told.dataset.ids);
    for (const box of form.querySelectorAll("fieldset.ticks")) {
      const ids = box.dataset.among.split(" ").flatMap((list) => now[list] || []);
      const row = box.querySelector(".tick-row");
      const inputs = [...row.querySelectorAll("input")];
      for (const input of inputs) {
        if (!input.checked && !ids.includes(input.value) && input !== document.activeElement) input.closest(".tick").remove();
      }
      for (const id of ids) {
        if (inputs.some((input) => input.value === id)) continue;
        const label = document.createElement("label"), input = document.createElement("input"), text = document.createElement("span");
        label.className = "tick";
        input.type = "checkbox";
        input.name = box.dataset.name;
        input.id = label.htmlFor = `${box.id}-${id}`;
        input.value = text.textContent = id;
        label.append(input, text);
        row.append(label);
      }
    }
  };

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx.target;
    if (target.id === "entry-fields") {
      const first = form.querySelector("#entry-fields [autofocus]");
      if (first) first.focus();
      form.dispatchEvent(new Event("input"));
      return;
    }
    if (target.id === "preview") document.getElementById("preview-findings").replaceChildren();
    showFindings();
    syncTicks();
  });

  // A form that came filled in is foreseen at once, when htmx has begun to listen.
  if (kept === null || form.elements.namedItem("customer").value) setTimeout(() => form.dispatchEvent(new Event("input")));
})();
