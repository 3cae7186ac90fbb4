// Buttons that print the page: hidden without script, where the browser's own menu does it.
"use strict";
document.querySelectorAll("[data-print]").forEach(function (button) {
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
});
// What is folded within a table is printed too; on the screen it is as it was afterwards.
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details.fold-inline:not([open])").forEach(function (box) {
    box.open = true;
    box.setAttribute("data-printed", "");
  });
});
window.addEventListener("afterprint", function () {
  document.querySelectorAll("details[data-printed]").forEach(function (box) {
    box.open = false;
    box.removeAttribute("data-printed");
  });
});
