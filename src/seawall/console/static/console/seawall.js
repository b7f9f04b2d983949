// What every page does beyond showing: a menu that folds on phones, forms that are sent once, keys.
"use strict";

const narrow = window.matchMedia("(max-width: 860px)");

function fold() {
  document.querySelectorAll("details.menu").forEach((menu) => { menu.open = !narrow.matches; });
}

narrow.addEventListener("change", fold);
fold();

// A form is sent once: its key makes the second time harmless, and this spares people the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  window.setTimeout(() => {
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form button[disabled]:not([data-off])").forEach((button) => { button.disabled = false; });
});

// A filter that changes asks at once.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form.filters[data-at-once]");
  if (form) form.requestSubmit();
});

// Every change asked for by htmx carries the page's token.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

// Keys: "/" goes to the first search field, "g" then a digit to the page at that place of the menu.
let going = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    const search = document.querySelector("main input[type=search], form.filters input");
    if (search) { event.preventDefault(); search.focus(); }
  } else if (event.key === "g") {
    going = true;
    window.setTimeout(() => { going = false; }, 1200);
  } else if (going && /[1-9]/.test(event.key)) {
    const link = document.querySelectorAll(".side nav a")[Number(event.key) - 1];
    if (link) link.click();
  }
});
