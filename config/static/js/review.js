/* The review page: Ctrl+Enter, marked cells, the toast that goes, focus on the form. Single keys are in app.js; all works without. */
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;

  function find(selector) { return doc.querySelector(selector); }
  function each(selector, action) { Array.prototype.forEach.call(doc.querySelectorAll(selector), action); }

  /* Opening the return panel makes 退回 the main button and 通过 a deliberate one. */
  var panel = find("[data-return]"), back = find("[data-return-button]"), word = find("[data-approve-word]");
  function weigh() {
    var pass = word.parentNode;
    back.classList.toggle("btn-primary", panel.open);
    pass.classList.toggle("btn-primary", !panel.open);
    word.textContent = word.getAttribute(panel.open ? "data-still" : "data-plain");
  }
  var byMark = false;
  if (panel) {
    panel.addEventListener("toggle", function () {
      weigh();
      if (panel.open && panel.getAttribute("data-ready") && !byMark) { panel.querySelector("input").focus(); }
      byMark = false;
      panel.setAttribute("data-ready", "1");
    });
    weigh();
    if (!panel.open) { panel.setAttribute("data-ready", "1"); }
  }

  /* A marked cell asks for words; its row can't be kept as it is. */
  each("[data-mark]", function (box) {
    box.addEventListener("change", function () {
      if (!box.checked) { return; }
      var row = find('[data-accept="' + box.value.split(":")[0] + '"]');
      if (row) { row.checked = false; }
      if (panel && !panel.open) { byMark = true; panel.open = true; }
      box.parentNode.querySelector(".mark-why").focus();
    });
  });

  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !back) { return; }
    if (root.getAttribute("data-hotkeys") === "off") { return; }
    event.preventDefault();
    if (!panel.open) { panel.open = true; return; }
    back.click();
  });

  var toast = find("[data-toast-seconds]"), subject = doc.getElementById("subject");
  if (toast) {
    setTimeout(function () {
      if (toast.contains(doc.activeElement) && subject) { subject.focus({ preventScroll: true }); }
      toast.hidden = true;
      toast.classList.add("sr");
    }, Number(toast.getAttribute("data-toast-seconds")) * 1000);
  }
  /* After a decision or a step in the list the focus is where the reading goes on, never at the top of the page. */
  if (/[?&](id|done|bulk)=/.test(location.search) || toast) {
    (subject || doc.getElementById("main")).focus({ preventScroll: true });
  }
  var current = find(".queue .current");
  if (current && current.scrollIntoView) { current.scrollIntoView({ block: "nearest" }); }
})();
