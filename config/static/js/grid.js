/* The grid gains from a script: a block copied from Excel or WPS goes into the cells from the one that has the focus. */
(function () {
  "use strict";
  var doc = document, grid = doc.querySelector("[data-grid]");
  if (!grid) { return; }

  /* Cells with line breaks stand in quotation marks, doubled ones inside mean one. */
  function parse(text) {
    var rows = [[]], cell = "", quoted = false, i, c;
    for (i = 0; i < text.length; i++) {
      c = text.charAt(i);
      if (quoted) {
        if (c !== '"') { cell += c; } else if (text.charAt(i + 1) === '"') { cell += c; i++; } else { quoted = false; }
      } else if (c === '"' && cell === "" && text.indexOf('"', i + 1) > 0) { quoted = true; }
      else if (c === "\t") { rows[rows.length - 1].push(cell); cell = ""; }
      else if (c === "\n") { rows[rows.length - 1].push(cell); cell = ""; rows.push([]); }
      else if (c !== "\r") { cell += c; }
    }
    if (cell !== "" || rows[rows.length - 1].length) { rows[rows.length - 1].push(cell); } else { rows.pop(); }
    return rows;
  }

  function put(field, text) {
    var value = text.trim(), i;
    if (field.tagName === "SELECT") {
      for (i = 0; i < field.options.length; i++) {
        if (field.options[i].text === value || field.options[i].value === value) { field.selectedIndex = i; }
      }
    } else { field.value = value; }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  grid.addEventListener("paste", function (event) {
    var text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    var cell = event.target.closest ? event.target.closest("td") : null;
    if (!cell || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) { return; }
    var lines = grid.tBodies[0].rows, block = parse(text);
    var top = cell.parentNode.sectionRowIndex, left = cell.cellIndex;
    var box = doc.getElementById("id_block");
    if (box && top + block.length > lines.length) {
      /* More rows than there are: the box below takes the whole block, and the server makes the rows. */
      box.value = text;
      box.form.querySelector("[name=paste]").focus();
    } else {
      block.forEach(function (values, down) {
        values.forEach(function (value, right) {
          var line = lines[top + down], target = line && line.cells[left + right];
          var field = target && target.querySelector("input:not([type=hidden]), select");
          if (field) { put(field, value); }
        });
      });
    }
    event.preventDefault();
  });
})();
