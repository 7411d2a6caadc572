// The week on a vendor's page: lays the pieces out, and sends what was dragged where.
// Times are the lane's wall clock; they are counted here in minutes since the first day's midnight.
"use strict";
(() => {
  const week = document.getElementById("week");
  if (!week) return;
  const DAY = 1440, DAYS = 7, STEP = 15, HOUR = 40, FAR = 4; // minutes, and pixels
  const first = Date.parse(`${week.dataset.first}T00:00Z`);
  const form = week.querySelector("form"), help = week.querySelector(".help");
  const grid = week.querySelector(".grid"), scroll = week.querySelector(".scroll");
  const lanes = [...week.querySelectorAll(".lane")];
  const usual = help.textContent;
  const heads = [], times = [];
  let held = null; // what is dragged, or picked: {piece, from, grabbed, edge, picked, by, longer, to}
  let dragged = false; // the click that follows a drag is none

  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text || "";
    return made;
  };
  const minutes = (text) => (Date.parse(`${text}Z`) - first) / 60000;
  const clock = (minute) => new Date(first + minute * 60000).toISOString().slice(11, 16);
  const named = (minute) =>
    new Date(first + minute * 60000).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", timeZone: "UTC" });
  const snap = (minute) => Math.round(minute / STEP) * STEP;

  function frame() {
    grid.append(make("div", "head corner"));
    for (let day = 0; day < DAYS; day++) {
      heads.push(make("div", "head", named(day * DAY)));
      heads[day].dataset.day = day;
    }
    grid.append(...heads);
    const hours = make("div", "hours");
    for (let hour = 0; hour < 24; hour++) hours.append(make("span", "", `${hour}:00`));
    grid.append(hours);
    for (let day = 0; day < DAYS; day++) {
      times.push(make("div", "time"));
      times[day].dataset.day = day;
    }
    grid.append(...times);
  }

  // Each day's part of a piece is a button of its own; all of them move the whole.
  function parts(piece) {
    const start = minutes(piece.dataset.start), end = Math.max(minutes(piece.dataset.end), start + STEP);
    const found = [];
    for (let day = Math.max(0, Math.floor(start / DAY)); day < DAYS && day * DAY < end; day++) {
      const part = piece.cloneNode(true);
      const from = Math.max(start, day * DAY), to = Math.min(end, (day + 1) * DAY);
      part.title = `${piece.textContent}, ${clock(start)}–${clock(minutes(piece.dataset.end))}`;
      Object.assign(part, { whole: piece, from, to, day });
      found.push(part);
    }
    return found;
  }

  function lay() {
    for (const old of grid.querySelectorAll(".piece")) old.remove();
    const hidden = new Set(lanes.filter((lane) => lane.ariaPressed === "false").map((lane) => lane.dataset.lane));
    const all = [...week.querySelectorAll(".pieces .piece")].filter((piece) => !hidden.has(piece.dataset.lane));
    const cut = all.flatMap(parts);
    for (let day = 0; day < DAYS; day++) {
      const here = cut.filter((part) => part.day === day);
      heads[day].append(...here.filter((part) => part.classList.contains("days")));
      beside(here.filter((part) => !part.classList.contains("days")).sort((a, b) => a.from - b.from || b.to - a.to));
    }
  }

  // Parts that overlap stand beside each other.
  function beside(sorted) {
    let group = [], ends = [];
    const close = () => {
      for (const part of group) {
        part.style.left = `${(100 * part.column) / ends.length}%`;
        part.style.width = `${100 / ends.length}%`;
      }
      group = [];
      ends = [];
    };
    for (const part of sorted) {
      if (ends.every((end) => end <= part.from)) close();
      let column = ends.findIndex((end) => end <= part.from);
      if (column < 0) column = ends.length;
      ends[column] = part.to;
      part.column = column;
      group.push(part);
      part.style.top = `${((part.from % DAY) * HOUR) / 60}px`;
      part.style.height = `${((part.to - part.from) * HOUR) / 60}px`;
      times[part.day].append(part);
    }
    close();
  }

  function ghost() {
    for (const old of week.querySelectorAll(".ghost")) old.remove();
    for (const lane of lanes) lane.classList.toggle("over", Boolean(held && held.to === lane.dataset.lane));
    if (!held || held.to || (!held.by && !held.longer)) return;
    const start = minutes(held.piece.dataset.start) + held.by;
    const end = minutes(held.piece.dataset.end) + held.by + held.longer;
    const shown = make("div", "ghost", held.days ? "here" : `${clock(start)}–${clock(end)}`);
    const day = Math.floor(Math.max(start, 0) / DAY);
    if (day >= DAYS) return;
    if (held.days) return void heads[day].append(shown);
    shown.style.top = `${(((Math.max(start, 0) % DAY) * HOUR) / 60)}px`;
    shown.style.height = `${((Math.min(end, (day + 1) * DAY) - Math.max(start, day * DAY)) * HOUR) / 60}px`;
    times[day].append(shown);
  }

  function hold(part, more) {
    const piece = part.whole;
    held = { piece, part, days: piece.classList.contains("days"), by: 0, longer: 0, to: "", ...more };
  }

  function letGo() {
    if (held) for (const part of week.querySelectorAll(".picked")) part.classList.remove("picked");
    held = null;
    week.classList.remove("carrying");
    help.textContent = usual;
    ghost();
  }

  function send() {
    const { piece, by, longer, to } = held;
    if (!by && !longer && (!to || to === piece.dataset.lane)) return letGo();
    const said = { lane: piece.dataset.lane, key: piece.dataset.key, to, by, longer };
    for (const [name, value] of Object.entries(said)) form.elements[name].value = value;
    sessionStorage.setItem("week", scroll.scrollTop);
    form.submit();
  }

  // Where the pointer is: over a lane's name, or over a day and a minute of it.
  function place(event) {
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const lane = under.find((each) => lanes.includes(each));
    if (lane) return { lane: lane.dataset.lane };
    const day = under.find((each) => each.dataset && each.dataset.day);
    if (!day) return null;
    const top = times[day.dataset.day].getBoundingClientRect().top;
    const head = day.classList.contains("head");
    return { day: Number(day.dataset.day), head, minute: ((event.clientY - top) * 60) / HOUR };
  }

  function follow(event) {
    const at = place(event);
    Object.assign(held, { by: 0, longer: 0, to: at && at.lane ? at.lane : "" });
    if (at && !at.lane) {
      const to = at.day * DAY + snap(Math.max(0, at.minute - (held.edge ? 0 : held.grabbed)));
      if (held.days) held.by = (at.day - held.part.day) * DAY;
      else if (held.edge) held.longer = Math.max(to, held.part.from + STEP) - held.part.to;
      else held.by = to - held.part.from;
    }
    ghost();
  }

  grid.addEventListener("pointerdown", (event) => {
    const part = event.target.closest(".piece");
    dragged = false;
    if (!part || event.button || event.pointerType === "touch" || (held && held.picked)) return;
    const box = part.getBoundingClientRect();
    const edge = !part.matches(".fixed,.days") && event.clientY > box.bottom - 7;
    hold(part, { edge, grabbed: ((event.clientY - box.top) * 60) / HOUR, x: event.clientX, y: event.clientY });
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || held.picked) return;
    dragged = dragged || Math.hypot(event.clientX - held.x, event.clientY - held.y) > FAR;
    if (!dragged) return;
    week.classList.add("carrying");
    const box = scroll.getBoundingClientRect();
    if (event.clientY > box.bottom - 24 && event.clientY < box.bottom) scroll.scrollTop += 12;
    if (event.clientY < box.top + 48 && event.clientY > box.top) scroll.scrollTop -= 12;
    follow(event);
  });
  document.addEventListener("pointerup", () => {
    if (!held || held.picked) return;
    if (dragged) send();
    else letGo();
  });
  document.addEventListener("pointercancel", () => held && !held.picked && letGo());

  // By touch and by key: pick a piece, then say where.
  function pick(part) {
    hold(part, { picked: true });
    part.classList.add("picked");
    help.textContent = `${part.title}: tap a time or a name, or move it with the arrow keys and Enter. Esc lets it go.`;
  }
  grid.addEventListener("click", (event) => {
    if (dragged) return;
    const part = event.target.closest(".piece");
    if (held && held.picked) {
      if (part && part.whole === held.piece) return letGo();
      const at = place(event);
      if (!at) return;
      const shift = at.day * DAY + Math.floor(at.minute / 30) * 30 - minutes(held.piece.dataset.start);
      held.by = held.days || at.head ? (at.day - held.part.day) * DAY : shift;
      return send();
    }
    if (part) pick(part);
  });
  for (const lane of lanes)
    lane.addEventListener("click", () => {
      if (held && held.picked) {
        held.to = lane.dataset.lane;
        return send();
      }
      lane.ariaPressed = lane.ariaPressed === "true" ? "false" : "true";
      lay();
    });
  document.addEventListener("keydown", (event) => {
    if (!held) return;
    const steps = { ArrowUp: -STEP, ArrowDown: STEP, ArrowLeft: -DAY, ArrowRight: DAY };
    if (event.key === "Escape") letGo();
    else if (event.key === "Enter" && held.by) send();
    else if (held.picked && event.key in steps && (!held.days || Math.abs(steps[event.key]) === DAY)) {
      held.by += steps[event.key];
      ghost();
    } else return;
    event.preventDefault();
  });

  frame();
  lay();
  form.querySelector(".which").hidden = !week.querySelector(".series");
  week.hidden = false;
  scroll.scrollTop = sessionStorage.getItem("week") || 9 * HOUR;
  sessionStorage.removeItem("week");
})();
