/* Enter and the arrow keys walk through the scores of the sheet; Enter on the last one saves, as it does without a script. */
(function () {
  "use strict";
  var form = document.getElementById("sheet-form");
  if (!form) { return; }
  form.addEventListener("keydown", function (event) {
    if (!event.target.classList.contains("score")) { return; }
    var step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    var scores = Array.prototype.slice.call(form.querySelectorAll(".sheet .score, .evidence .score"));
    var next = scores[scores.indexOf(event.target) + step];
    if (step && next) { event.preventDefault(); next.focus(); next.select(); }
  });
})();
