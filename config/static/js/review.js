/* The review page: Ctrl+Enter, keys on and off, the toast that goes, focus on the form. Single keys are in app.js; all works without. */
(function () {
  "use strict";
  var doc = document, root = doc.documentElement, KEY = "hotkeys";

  function find(selector) { return doc.querySelector(selector); }
  function stored() { try { return localStorage.getItem(KEY); } catch (error) { return null; } }
  function store(value) { try { localStorage.setItem(KEY, value); } catch (error) { /* private mode: only this page */ } }

  /* WCAG 2.1.4: single keys can be switched off; kept on this device. */
  var box = find("[data-hotkeys-switch]");
  function apply(on) {
    if (on) { root.removeAttribute("data-hotkeys"); } else { root.setAttribute("data-hotkeys", "off"); }
    if (box) { box.checked = on; }
  }
  apply(stored() !== "off");
  if (box) {
    box.addEventListener("change", function () { store(box.checked ? "on" : "off"); apply(box.checked); });
  }

  /* Opening the return panel makes 退回 the main button and 通过 a deliberate one. */
  var panel = find("[data-return]"), back = find("[data-return-button]"), word = find("[data-approve-word]");
  function weigh() {
    var pass = word.parentNode;
    back.classList.toggle("btn-primary", panel.open);
    pass.classList.toggle("btn-primary", !panel.open);
    word.textContent = word.getAttribute(panel.open ? "data-still" : "data-plain");
  }
  if (panel) {
    panel.addEventListener("toggle", function () {
      weigh();
      if (panel.open && panel.getAttribute("data-ready")) { panel.querySelector("input").focus(); }
      panel.setAttribute("data-ready", "1");
    });
    weigh();
    if (!panel.open) { panel.setAttribute("data-ready", "1"); }
  }

  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !back) { return; }
    if (root.getAttribute("data-hotkeys") === "off") { return; }
    event.preventDefault();
    if (!panel.open) { panel.open = true; return; }
    back.click();
  });

  var toast = find("[data-toast-seconds]");
  if (toast) {
    setTimeout(function () { toast.hidden = true; toast.classList.add("sr"); }, Number(toast.getAttribute("data-toast-seconds")) * 1000);
    var subject = doc.getElementById("subject");
    if (subject) { subject.focus({ preventScroll: true }); }
  }
  var current = find(".queue .current");
  if (current && current.scrollIntoView) { current.scrollIntoView({ block: "nearest" }); }
})();
