/* What the collection form gains from a script: coverage while typing, and the switch 管理员就是我本人. Works without. */
(function () {
  "use strict";
  var doc = document;

  /* Cut, never rounded up: 99.95 % reads 99.9 %. */
  function share(part, base) {
    if (base === 0) { return "—"; }
    var tenths = Math.floor(part * 1000 / base);
    return Math.floor(tenths / 10) + "." + (tenths % 10) + "%";
  }

  Array.prototype.forEach.call(doc.querySelectorAll("[data-coverage]"), function (line) {
    var input = doc.getElementById(line.getAttribute("data-coverage"));
    var base = Number(line.getAttribute("data-base"));
    if (!input) { return; }
    function show() {
      var typed = input.value.trim(), isNumber = /^\d+$/.test(typed), number = Number(typed);
      var text = line.getAttribute("data-text").replace("BASE", base);
      if (isNumber) { text += line.getAttribute("data-covered").replace("SHARE", share(number, base)); }
      line.className = "live live-" + (!isNumber ? "info" : number > base ? "warn" : "ok");
      line.querySelector("span").textContent = text;
    }
    input.addEventListener("input", show);
    show();
  });

  /* The deadline passes while the form is open: what was typed stays, and the page says so. */
  Array.prototype.forEach.call(doc.querySelectorAll("[data-deadline-in]"), function (line) {
    setTimeout(function () { line.hidden = false; }, Number(line.getAttribute("data-deadline-in")) * 1000);
  });

  /* data-name and data-mobile are the person's own, on the person's own page. */
  doc.addEventListener("change", function (event) {
    var box = event.target;
    if (!box.hasAttribute || !box.hasAttribute("data-mobile")) { return; }
    ["name", "mobile"].forEach(function (what) {
      var input = doc.getElementById(box.getAttribute("data-" + what + "-field"));
      var own = box.getAttribute("data-" + what);
      if (!input) { return; }
      if (box.checked) { input.value = own; } else if (input.value === own) { input.value = ""; }
    });
  });
})();
