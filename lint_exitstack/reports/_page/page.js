"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const list = $("list"), detail = $("detail"), form = $("filters"), root = document.documentElement;
  const CHUNK = 150, ROW = 21, narrow = matchMedia("(max-width: 860px)");
  const words = { safe: "safe fix", unsafe: "unsafe fix", none: "no fix" };
  let shown = [], drawn = 0, current = -1, folder = "";

  data.findings.forEach((item) => {
    item.path = data.paths[item.p];
    const at = item.path.lastIndexOf("/");
    item.folder = at < 0 ? "./" : item.path.slice(0, at + 1);
    item.where = `${item.path}:${item.k ? `cell ${item.k}:` : ""}${item.l}`;
    item.all = `${item.where} ${item.c} ${data.rules[item.c][0]} ${item.t} ${item.s}`.toLowerCase();
  });

  function make(tag, about = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(about)) {
      if (key === "text") node.textContent = value;
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }

  // Messages name code in backquotes.
  function prose(tag, text) {
    const node = make(tag);
    text.split("`").forEach((part, at) => node.append(at % 2 ? make("code", { text: part }) : part));
    return node;
  }

  function row(at) {
    const item = shown[at];
    const where = make("span", { class: "where" }, make("bdi", { text: item.where }));
    const what = prose("span", ` ${item.t}`);
    what.className = "what";
    what.prepend(make("b", { class: "code", text: item.c }));
    return make("li", { class: `k-${item.a}`, role: "option", id: `row-${at}`, "data-at": at, "aria-selected": "false" }, where, what);
  }

  function grow(until = drawn + CHUNK) {
    const stop = Math.min(shown.length, until), part = document.createDocumentFragment();
    for (; drawn < stop; drawn++) part.append(row(drawn));
    list.append(part);
    if (drawn < shown.length) { list.append(mark); watcher.observe(mark); } else mark.remove();
  }

  const mark = make("li", { class: "empty", role: "presentation", text: "…" });
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) { watcher.unobserve(mark); grow(); }
  }, { rootMargin: "600px" });

  function filter() {
    const text = $("path").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const rule = $("rule").value, hazard = $("hazard").value;
    const kinds = new Set([...form.querySelectorAll("[name=kind]:checked")].map((box) => box.value));
    shown = data.findings.filter((item) => (!rule || item.c === rule) && kinds.has(item.a)
      && (!folder || item.folder === folder) && (!hazard || item.z.some((one) => one[0] === hazard))
      && text.every((word) => item.all.includes(word)));
    list.replaceChildren();
    drawn = 0; current = -1;
    $("shown").textContent = `${shown.length.toLocaleString("en")} of ${data.findings.length.toLocaleString("en")}`;
    document.querySelectorAll(".bar").forEach((bar) => bar.setAttribute("aria-pressed",
      String((bar.dataset.rule ?? "-") === rule || (bar.dataset.folder ?? "-") === folder)));
    if (!shown.length) list.append(make("li", { class: "empty", text: "Nothing fits these filters." }));
    grow();
    list.scrollTop = 0;
    if (!narrow.matches) select(shown.length ? 0 : -1);
  }

  function select(at, open = false) {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    current = at;
    if (at < 0) { detail.replaceChildren(); list.removeAttribute("aria-activedescendant"); return; }
    if (at >= drawn) grow(at + CHUNK);
    const node = $(`row-${at}`);
    node.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", node.id);
    if (open !== "quiet") node.scrollIntoView({ block: "nearest", behavior: "instant" });
    show(shown[at]);
    if (open === true) {
      if (!document.body.classList.contains("open")) history.pushState({ open: 1 }, "");
      document.body.classList.add("open");
      detail.scrollTop = 0;
      detail.focus({ preventScroll: true });
    }
  }

  function close() {
    if (!document.body.classList.contains("open")) return;
    document.body.classList.remove("open");
    list.focus({ preventScroll: true });
  }

  function show(item) {
    const back = make("button", { class: "back", type: "button", text: "← Back" });
    back.onclick = () => history.back();
    const head = make("p", { class: "place" }, make("span", { class: `badge k-${item.a}`, text: words[item.a] }),
      `${item.c} ${data.rules[item.c][0]}`);
    const place = make("p", { class: "place", text: `${item.where}:${item.o}${item.s ? ` in ${item.s}` : ""}` });
    detail.replaceChildren(back, head, prose("h2", item.t), place);
    if (item.z.length) detail.append(hazards(item));
    if (!item.b) return;
    const sides = make("div", { class: "sides" });
    sides.append(side(item.f ? "Before" : "Code", "", item.b, "del"));
    if (item.f) sides.append(side("After", item.i.join("; "), item.f, "add"));
    detail.append(sides);
    for (const scroll of sides.querySelectorAll(".scroll")) {
      scroll.classList.toggle("over", scroll.scrollWidth > scroll.clientWidth);
    }
  }

  function hazards(item) {
    const box = make("div", { class: `hazards k-${item.a}` });
    const verdicts = { safe: "Accepted: ", unsafe: "Unsafe because of ", none: "No fix because of " };
    const forbidden = item.z.some((one) => one[3]);
    for (const [name, text, line, forbids] of item.z) {
      const verdict = forbidden && !forbids ? "It would be unsafe because of " : verdicts[item.a];
      const paragraph = prose("p", `\`${name}\`: ${text}${line ? ` (line ${line})` : ""}`);
      paragraph.prepend(verdict);
      paragraph.title = data.hazards[name] ?? "";
      box.append(paragraph);
    }
    return box;
  }

  function side(title, note, code, mark_) {
    const pre = make("pre");
    code.h.forEach((html, at) => {
      const line = make("span", { class: `ln${code.m[at] === "1" ? ` ${mark_}` : ""}`, "data-n": code.n + at });
      line.innerHTML = html;
      pre.append(line);
    });
    const drawing = make("div", { class: "drawn" }, pre);
    const box = make("section", { class: `side ${mark_}` }, note ? make("h3", { text: title }, " ", make("code", { text: note })) : make("h3", { text: title }),
      make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `${title}: code` }, drawing));
    if (code.x.length) { drawing.append(lanes(code)); box.append(order(code.x)); }
    return box;
  }

  const colour = (at) => `var(--l${at % 6})`;

  // A lane for each cleanup, from where it's promised to where it runs; the number says when.
  function lanes(code) {
    const ns = "http://www.w3.org/2000/svg", free = [], LANE = narrow.matches ? 17 : 20, R = narrow.matches ? 7.5 : 8.5;
    const byStart = code.x.map((exit, at) => ({ exit, at })).sort((a, b) => a.exit[2] - b.exit[2] || b.at - a.at);
    const placed = byStart.map(({ exit, at }) => {
      let lane = free.findIndex((end) => end < exit[2]);
      if (lane < 0) lane = free.push(0) - 1;
      free[lane] = exit[3];
      return { exit, at, lane };
    });
    const svg = document.createElementNS(ns, "svg"), height = code.h.length * ROW;
    const set = (name, about, text) => {
      const node = document.createElementNS(ns, name);
      Object.entries(about).forEach(([key, value]) => node.setAttribute(key, value));
      if (text !== undefined) node.textContent = text;
      svg.append(node);
      return node;
    };
    svg.setAttribute("width", free.length * LANE + 10);
    svg.setAttribute("height", height);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Order of exits: ${code.x.map((exit, at) => `${at + 1}. ${exit[0]}`).join("; ")}`);
    for (const { exit, at, lane } of placed) {
      const [label, kind, from, to] = exit, x = 5 + lane * LANE + LANE / 2;
      const top = from * ROW + ROW / 2, bottom = to * ROW + ROW / 2 + (from === to ? 1 : 0);
      const line = set("path", { d: `M${x} ${top}V${bottom}`, stroke: colour(at), "stroke-width": 2, fill: "none" });
      if (kind === "swallow" || kind === "error") line.setAttribute("stroke-dasharray", kind === "swallow" ? "2 4" : "6 4");
      if (from !== to) set("circle", { cx: x, cy: top, r: 4, fill: "var(--code)", stroke: colour(at), "stroke-width": 2 });
      const dot = set("circle", { cx: x, cy: bottom, r: R, fill: colour(at) });
      const title = document.createElementNS(ns, "title");
      title.textContent = `${at + 1}. ${label}`;
      dot.append(title);
      set("text", { x, y: bottom + 4, "text-anchor": "middle", "font-size": 11, "font-weight": 600, fill: "var(--code)", "pointer-events": "none" }, at + 1);
    }
    return svg;
  }

  function order(exits) {
    const notes = { swallow: "ends the exception", error: "only after an exception", exit: "exits", call: "" };
    const items = make("ol");
    exits.forEach(([label, kind], at) => {
      const number = make("span", { class: "n", text: at + 1, style: `background: ${colour(at)}` });
      const what = make("span", {}, make("code", { text: label }), make("em", { text: notes[kind] ? ` ${notes[kind]}` : "" }));
      items.append(make("li", {}, number, what));
    });
    return make("div", { class: "order" }, make("strong", { text: "On the way out" }), items);
  }

  list.addEventListener("click", (event) => {
    const node = event.target.closest("[data-at]");
    if (node) select(Number(node.dataset.at), true);
  });
  let waiting;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); };
  form.addEventListener("input", soon);
  form.addEventListener("change", (event) => { if (event.target.id !== "path") soon(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { folder = ""; setTimeout(filter); });
  document.querySelector(".charts").addEventListener("click", (event) => {
    const bar = event.target.closest(".bar"), more = event.target.closest(".more");
    if (more) { more.parentNode.querySelectorAll(".bar").forEach((node) => { node.hidden = false; }); more.parentNode.classList.add("all"); more.remove(); }
    if (!bar) return;
    const pressed = bar.getAttribute("aria-pressed") === "true";
    if (bar.dataset.rule) $("rule").value = pressed ? "" : bar.dataset.rule;
    else folder = pressed ? "" : bar.dataset.folder;
    filter();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape") {
      if (document.body.classList.contains("open")) history.back();
      else if (typing) list.focus();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (event.key === "/") { event.preventDefault(); $("path").focus(); }
    else if (step && shown.length && (event.key.length === 1 || !event.target.closest(".scroll, .bar"))) {
      event.preventDefault();
      select(Math.max(0, Math.min(shown.length - 1, current + step)));
    } else if (event.key === "Enter" && event.target === list && current >= 0) select(current, true);
    else if (event.key === "Home" && event.target === list) { event.preventDefault(); select(0); }
    else if (event.key === "End" && event.target === list) { event.preventDefault(); select(shown.length - 1); }
  });
  addEventListener("popstate", close);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { root.dataset.theme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", paint);
  $("theme").onclick = () => { root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"; };
  paint();
  filter();
})();
