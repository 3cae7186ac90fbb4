/* The month's grid: arrow keys and Enter move from cell to cell, up and down always, left and right at either end of a number. */
(function () {
  "use strict";
  var grid = document.querySelector("[data-grid]");
  if (!grid) { return; }

  function go(row, column, down, right) {
    var lines = grid.tBodies[0].rows, field = null;
    do {
      row += down;
      column += right;
      if (!lines[row] || !lines[row].cells[column]) { return; }
      field = lines[row].cells[column].querySelector("input");
    } while (!field);
    field.focus();
    field.select();
  }

  grid.addEventListener("keydown", function (event) {
    var field = event.target, cell = field.closest ? field.closest("td") : null;
    if (!cell || field.tagName !== "INPUT") { return; }
    var start = field.selectionStart === 0, end = field.selectionEnd === field.value.length;
    var step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] }[event.key];
    if (event.key === "ArrowLeft" && start) { step = [0, -1]; }
    if (event.key === "ArrowRight" && end) { step = [0, 1]; }
    if (!step) { return; }
    event.preventDefault();
    go(cell.parentNode.sectionRowIndex, cell.cellIndex, step[0], step[1]);
  });
})();
