/* Enter and the arrow keys walk through the scores of the sheet; Enter on the last one saves, as it does without a script.
   Scores that aren't saved yet are not lost silently; who opens another item stays where the table was. */
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
  var isChanged = false, place = "sheet:" + window.location.pathname;
  form.addEventListener("input", function (event) { if (event.target.form === form) { isChanged = true; } });
  form.addEventListener("submit", function () { isChanged = false; });
  window.addEventListener("beforeunload", function (event) { if (isChanged) { event.preventDefault(); } });
  if (!window.matchMedia("(min-width: 901px)").matches) { return; }
  try {
    form.addEventListener("click", function (event) {
      if (event.target.closest(".sheet a[href*='?item='], .papers button")) { sessionStorage.setItem(place, window.scrollY); }
    });
    var kept = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    if (kept !== null) { window.addEventListener("load", function () { window.scrollTo(0, Number(kept)); }); }
  } catch (refused) { /* without storage the page opens at the panel, as it does without a script */ }
})();
