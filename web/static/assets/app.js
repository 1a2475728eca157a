// Ratable's own script. Every page works without it: it adds keys and closes menus, nothing else.
"use strict";

(() => {
  const typing = (el) => el.closest("input, textarea, select, [contenteditable]") !== null;
  const menus = () => document.querySelectorAll("details[data-menu][open]");

  // A click elsewhere or Escape closes an open menu; focus goes back to what opened it.
  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // j and k walk the rows of the first table whose rows are links; Enter is the link's own.
  const step = (by) => {
    const links = [...document.querySelectorAll("a.row-link")];
    if (links.length === 0) return;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of menus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.getElementById("search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });

  // A select or checkbox marked so sends its form at once; the form keeps its own button for those without a script.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).innerText);
  });
})();
