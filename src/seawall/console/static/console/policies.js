// The editor of policies: numbers and marks beside the text, keys, and a word before a text is lost.
// Without it the text is a plain field, and "Check" shows the same marks as a list.
"use strict";

const form = document.getElementById("editor");
const papers = [...form.querySelectorAll(".paper")];
const MORE = 2;
let changed = false;
let turn = -1;

function area(paper) { return paper.querySelector("textarea"); }

function marks() { return [...document.querySelectorAll("#found .mark")]; }

function marksOf(paper) {
  const graded = new Map();
  marks().filter((mark) => mark.dataset.file === paper.dataset.file).forEach((mark) => {
    const line = Number(mark.dataset.line);
    const worst = ["error", "warning", "information"].find((grade) => grade === mark.dataset.grade || grade === graded.get(line));
    graded.set(line, worst);
  });
  return graded;
}

// As many numbers as lines, and a field as large as its text, so that the paper around both scrolls.
function number(paper) {
  const text = area(paper);
  const lines = text.value.split("\n");
  text.rows = lines.length + MORE;
  text.cols = Math.max(60, ...lines.map((line) => line.length + MORE));
  const graded = marksOf(paper);
  const gutter = paper.querySelector(".gutter");
  gutter.replaceChildren(...lines.map((_, index) => {
    const each = document.createElement("span");
    each.textContent = String(index + 1);
    const grade = graded.get(index + 1);
    if (grade) each.className = `on ${grade}`;
    return each;
  }));
}

function numbered() { papers.forEach(number); }

// Select what a mark is about: from its column to the end of the word.
function go(mark) {
  const paper = papers.find((each) => each.dataset.file === mark.dataset.file);
  if (!paper) return;
  const text = area(paper);
  const lines = text.value.split("\n");
  const line = Math.min(Number(mark.dataset.line), lines.length) - 1;
  const ahead = lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
  const start = ahead + Math.min(Number(mark.dataset.column) || 1, lines[line].length + 1) - 1;
  const word = /^[\w.]+|^./.exec(text.value.slice(start).split("\n")[0]);
  text.focus({ preventScroll: true });
  text.setSelectionRange(start, start + (word ? word[0].length : 0));
  const height = parseFloat(getComputedStyle(text).lineHeight);
  paper.scrollTop = Math.max(0, (line - 4) * height);
  paper.scrollIntoView({ block: "nearest" });
}

// A new line begins where the one before begins.
function indent(event) {
  const text = event.target;
  const before = text.value.slice(0, text.selectionStart);
  const spaces = /^ */.exec(before.slice(before.lastIndexOf("\n") + 1))[0];
  if (!spaces) return;
  event.preventDefault();
  text.setRangeText(`\n${spaces}`, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "F8") {
    const found = marks();
    if (!found.length) return;
    event.preventDefault();
    turn = (turn + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    go(found[turn]);
  } else if (control && event.key === "s") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-key=s]"));
  } else if (control && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Enter" && !event.isComposing && event.target.closest(".paper textarea")) {
    indent(event);
  }
});

form.addEventListener("input", (event) => {
  const paper = event.target.closest(".paper");
  if (!paper) return;
  changed = true;
  number(paper);
});
form.addEventListener("submit", (event) => {
  // What opens beside leaves this text as it is, and can be asked for again.
  if (event.submitter && event.submitter.formTarget === "_blank") {
    window.setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = false; }), 50);
    return;
  }
  changed = false;
});
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const mark = event.target.closest("#found .mark");
  if (mark && event.target.closest(".where")) go(mark);
});
document.addEventListener("htmx:afterSettle", numbered);
numbered();
